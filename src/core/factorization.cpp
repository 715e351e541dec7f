#include <tamis/core/factorization.hpp>

#include <array>
#include <string>

#include <tamis/core/error.hpp>

namespace tamis {

namespace {

template <class E>
struct Named {
    E value;
    std::string_view name;
};
template <class E>
Named(E, const char*) -> Named<E>;  // clang 14 does not deduce aggregates by itself

// In the order of the enumerators: the value is its own index.
constexpr std::array methods{Named{Method::automatic, "automatic"},
                             Named{Method::diagonal, "diagonal"},
                             Named{Method::triangular, "triangular"},
                             Named{Method::banded, "banded"},
                             Named{Method::cholesky, "cholesky"},
                             Named{Method::ldlt, "ldlt"},
                             Named{Method::lu, "lu"},
                             Named{Method::qr, "qr"},
                             Named{Method::svd, "svd"},
                             Named{Method::eigh, "eigh"},
                             Named{Method::cg, "cg"},
                             Named{Method::flexible_cg, "flexible_cg"},
                             Named{Method::block_cg, "block_cg"},
                             Named{Method::minres, "minres"},
                             Named{Method::minres_qlp, "minres_qlp"},
                             Named{Method::symmlq, "symmlq"},
                             Named{Method::gmres, "gmres"},
                             Named{Method::fgmres, "fgmres"},
                             Named{Method::lgmres, "lgmres"},
                             Named{Method::gcrodr, "gcrodr"},
                             Named{Method::bicg, "bicg"},
                             Named{Method::bicgstab, "bicgstab"},
                             Named{Method::cgs, "cgs"},
                             Named{Method::qmr, "qmr"},
                             Named{Method::tfqmr, "tfqmr"},
                             Named{Method::idrs, "idrs"},
                             Named{Method::lsqr, "lsqr"},
                             Named{Method::lsmr, "lsmr"},
                             Named{Method::cgls, "cgls"}};

constexpr std::array orderings{
    Named{Ordering::automatic, "automatic"}, Named{Ordering::amd, "amd"},
    Named{Ordering::colamd, "colamd"},       Named{Ordering::nested_dissection, "nested_dissection"},
    Named{Ordering::natural, "natural"},     Named{Ordering::given, "given"}};

constexpr std::array precisions{Named{Precision::working, "working"}, Named{Precision::mixed, "mixed"}};

template <class Table, class E>
std::string_view name_of(const Table& table, E value) noexcept {
    for (const auto& entry : table)
        if (entry.value == value) return entry.name;
    return "unknown";
}

template <class E, class Table>
E value_of(const Table& table, const char* what, std::string_view name) {
    for (const auto& entry : table)
        if (entry.name == name) return entry.value;
    if (name == "auto" && table[0].name == "automatic") return table[0].value;
    std::string message = std::string(what) + ": '" + std::string(name) + "' is not one of";
    for (const auto& entry : table) message.append(" ").append(entry.name);
    throw InvalidArgument(message);
}

}  // namespace

std::string_view to_string(Method method) noexcept {
    return name_of(methods, method);
}
Method method_from_string(std::string_view name) {
    return value_of<Method>(methods, "method", name);
}

std::string_view to_string(Ordering ordering) noexcept {
    return name_of(orderings, ordering);
}
Ordering ordering_from_string(std::string_view name) {
    return value_of<Ordering>(orderings, "ordering", name);
}

std::string_view to_string(Precision precision) noexcept {
    return name_of(precisions, precision);
}
Precision precision_from_string(std::string_view name) {
    return value_of<Precision>(precisions, "precision", name);
}

}  // namespace tamis
