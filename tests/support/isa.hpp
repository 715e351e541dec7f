// The instruction sets that this processor can run.
#pragma once

#include <vector>

#include "core/isa.hpp"

namespace tamis::test {

inline std::vector<detail::Isa> supported_isas() {
    std::vector<detail::Isa> all;
    for (const auto isa : {detail::Isa::plain, detail::Isa::v3, detail::Isa::v4})
        if (detail::isa_supported(isa)) all.push_back(isa);
    return all;
}

}  // namespace tamis::test
