// What save() writes of a factorization, in memory.
#pragma once

#include <ios>
#include <sstream>
#include <string>

#include <tamis/sparse/save.hpp>

namespace tamis::test {

template <class F>
std::string bytes_of(const F& f) {
    std::ostringstream out(std::ios::binary);
    save(f, out);
    return out.str();
}

template <class F>
F from_bytes(const std::string& bytes) {
    std::istringstream in(bytes, std::ios::binary);
    return load<F>(in);
}

}  // namespace tamis::test
