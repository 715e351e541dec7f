// Private: one translation of the backends' status codes into exceptions.
#pragma once

namespace tamis::detail {

/// Ok and warnings pass. Out of memory: std::bad_alloc. Anything else: Error with the backend's name and the code.
void check_cholmod(const char* what, int status);
void check_umfpack(const char* what, long status);
void check_klu(const char* what, long status);

}  // namespace tamis::detail
