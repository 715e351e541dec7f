#include "core/isa.hpp"

#include <cstdlib>
#include <string_view>

namespace tamis::detail {

namespace {

Isa best() noexcept {
    if (isa_supported(Isa::v4)) return Isa::v4;
    return isa_supported(Isa::v3) ? Isa::v3 : Isa::plain;
}

struct Choice {
    Isa isa;
    bool forced;   // by TAMIS_ISA
    bool refused;  // TAMIS_ISA names something that is not here
};

Choice choose() noexcept {
    const char* text = std::getenv("TAMIS_ISA");
    if (text == nullptr || *text == '\0') return {best(), false, false};
    for (const Isa isa : {Isa::plain, Isa::v3, Isa::v4})
        if (std::string_view(text) == isa_name(isa) && isa_supported(isa)) return {isa, true, false};
    return {best(), false, true};
}

const Choice& choice() noexcept {
    static const Choice chosen = choose();
    return chosen;
}

}  // namespace

bool isa_supported(Isa isa) noexcept {
    if (isa == Isa::plain) return true;
#if defined(__x86_64__)
    __builtin_cpu_init();
    const bool v3 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi2");
    if (isa == Isa::v3) return v3;
    return v3 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
           __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl");
#else
    return false;
#endif
}

Isa isa() noexcept {
    return choice().isa;
}

const char* isa_name(Isa isa) noexcept {
    return isa == Isa::plain ? "default" : isa == Isa::v3 ? "v3" : "v4";
}

std::string isa_description() {
    std::string text = isa_name(isa());
    if (choice().forced) text += " (forced by TAMIS_ISA)";
    if (choice().refused) text += " (TAMIS_ISA names none of default, v3, v4 that this processor has)";
    return text;
}

}  // namespace tamis::detail
