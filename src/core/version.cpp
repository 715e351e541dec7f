#include <tamis/core/version.hpp>

namespace tamis {

std::string version() {
    return TAMIS_VERSION;
}

}  // namespace tamis
