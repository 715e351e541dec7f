#include "core/isa.hpp"

#include <cstdlib>
#include <string>

#include <gtest/gtest.h>

#include <tamis/core/version.hpp>

namespace tamis::detail {
namespace {

TEST(Isa, IsSupportedAndEachIncludesTheOneBefore) {
    EXPECT_TRUE(isa_supported(isa()));
    EXPECT_TRUE(isa_supported(Isa::plain));
    if (isa_supported(Isa::v4)) {
        EXPECT_TRUE(isa_supported(Isa::v3));
    }
}

TEST(Isa, IsTheBestOrWhatTheEnvironmentNames) {
    const char* text = std::getenv("TAMIS_ISA");
    const std::string name = text == nullptr ? "" : text;
    Isa expected = isa_supported(Isa::v4) ? Isa::v4 : isa_supported(Isa::v3) ? Isa::v3 : Isa::plain;
    for (const Isa one : {Isa::plain, Isa::v3, Isa::v4})
        if (name == isa_name(one) && isa_supported(one)) expected = one;
    EXPECT_EQ(isa(), expected);
    EXPECT_NE(build_info().find("\nkernels: " + std::string(isa_name(expected))), std::string::npos) << build_info();
}

}  // namespace
}  // namespace tamis::detail
