// bench_gmres_fails_safely_tamis SCALAR PROBLEM [FOLDER]: every method on systems that it may not be able to solve, with
// preconditioners and starts that may not help it. Each claim of convergence is held against ‖b − A x‖, computed in extended
// precision from the matrix itself; for the methods of least squares, ‖Aᴴ(b − A x)‖ may be small instead. A residual below
// the rounding errors that are made in computing it in the working precision is no false claim. Exits with 1 if there is
// one. SCALAR is double, float or complex, PROBLEM "nasty" or "real", whose matrices lie in FOLDER.
#include <cmath>
#include <complex>
#include <cstdio>
#include <exception>
#include <string>

#include <tamis/tamis.hpp>

#include "gmres_fails_safely/methods.hpp"
#include "gmres_fails_safely/systems.hpp"
#include "support/measurement.hpp"

namespace {

using Wide = std::complex<long double>;

template <class T>
Wide wide(const T& value) {
    if constexpr (tamis::is_complex_v<T>) return {value.real(), value.imag()};
    else return {value, 0};
}

struct Truth {
    long double residual = 0;
    long double right_hand_side = 0;
    long double rounding = 0;  ///< ε ‖ |A| |x| + |b| ‖: what a residual computed in T may be off by
    long double gradient = 0;  ///< ‖Aᴴ r‖
    long double matrix = 0;    ///< ‖A‖ in the Frobenius norm
};

template <class T>
Truth truth(const bench::System<T>& S, const tamis::Vector<T>& x) {
    Truth t;
    std::vector<Wide> gradient(static_cast<std::size_t>(S.A.cols()));
    for (std::int64_t i = 0; i < S.A.rows(); ++i) {
        Wide r = wide(S.b[i]);
        long double size = std::abs(r);
        for (const auto& [j, a] : S.A.row(i)) {
            r -= wide(a) * wide(x[j]);
            size += std::abs(wide(a)) * std::abs(wide(x[j]));
            t.matrix = std::hypot(t.matrix, std::abs(wide(a)));
        }
        for (const auto& [j, a] : S.A.row(i)) gradient[static_cast<std::size_t>(j)] += std::conj(wide(a)) * r;
        t.residual = std::hypot(t.residual, std::abs(r));
        t.right_hand_side = std::hypot(t.right_hand_side, std::abs(wide(S.b[i])));
        t.rounding = std::hypot(t.rounding, size);
    }
    t.rounding *= static_cast<long double>(std::numeric_limits<tamis::Real<T>>::epsilon());
    for (const Wide& g : gradient) t.gradient = std::hypot(t.gradient, std::abs(g));
    return t;
}

/// A preconditioner, good or bad.
template <class T>
struct Helper {
    std::string name;
    tamis::Operator<T> M;
};

template <class T, class Make>
void try_to_add(std::vector<Helper<T>>& helpers, const std::string& name, const Make& make) {
    try {
        helpers.push_back({name, make()});
    } catch (const tamis::Error&) {  // refused, as it should be
    }
}

template <class T>
std::vector<Helper<T>> helpers_for(const tamis::Csr<T>& A) {
    std::vector<Helper<T>> helpers{{"no preconditioner", {}}};
    if (A.rows() != A.cols()) return helpers;
    const std::int64_t n = A.rows();
    try_to_add(helpers, "Jacobi", [&]() -> tamis::Operator<T> { return tamis::Jacobi(A); });
    try_to_add(helpers, "Ilu0", [&]() -> tamis::Operator<T> { return tamis::Ilu0(A); });
    try_to_add(helpers, "Ilut", [&]() -> tamis::Operator<T> { return tamis::Ilut(A); });
    try_to_add(helpers, "Amg", [&]() -> tamis::Operator<T> { return tamis::Amg(A); });
    using X = tamis::VectorView<const T>;
    using Y = tamis::VectorView<T>;
    const auto elementwise = [&](const char* name, auto f) {
        const auto apply = [f](X x, Y y) mutable {
            for (std::int64_t i = 0; i < x.size(); ++i) y[i] = f(i) * x[i];
        };
        helpers.push_back({name, tamis::make_operator<T>(n, n, apply, apply)});
    };
    elementwise("negative", [](std::int64_t) { return T(-1); });
    elementwise("zero", [](std::int64_t) { return T(0); });
    elementwise("singular", [](std::int64_t i) { return T(i % 2 == 0 ? 1 : 0); });
    elementwise("tiny", [](std::int64_t) { return T(static_cast<tamis::Real<T>>(1e-30)); });
    elementwise("changing", [random = bench::Numbers(8)](std::int64_t) mutable {
        return T(static_cast<tamis::Real<T>>(random.next(0.5, 2)));
    });
    elementwise("NaN later", [count = 0, n](std::int64_t) mutable {
        return ++count > 7 * n ? T(std::numeric_limits<tamis::Real<T>>::quiet_NaN()) : T(1);
    });
    return helpers;
}

class Tally {
  public:
    template <class T>
    void attempt(const bench::Method<T>& method, const bench::System<T>& S, const bench::Attempt<T>& attempt,
                 const std::string& how) {
        ++solves_;
        try {
            const auto outcome = method.run(attempt);
            if (outcome.status != tamis::Status::converged) return;
            ++claims_;
            const Truth t = truth(S, outcome.x);
            const long double slack = 1 + 1e-10L;
            if (t.residual <= slack * attempt.tolerance * t.right_hand_side + t.rounding) return;
            if (method.least_squares && t.gradient <= t.matrix * (slack * attempt.tolerance * t.residual + t.rounding))
                return;
            ++false_claims_;
            std::fprintf(
                stderr,
                "false claim: %s on %s, %s, tolerance %g: ‖b − A x‖ = %.4Lg (reported: %.4g), wanted at most %.4Lg, "
                "rounding %.2Lg\n",
                method.name.c_str(), S.name.c_str(), how.c_str(), attempt.tolerance, t.residual, outcome.residual_norm,
                attempt.tolerance * t.right_hand_side, t.rounding);
        } catch (const tamis::Error&) {
            ++refused_;
        }
    }
    long long false_claims() const { return false_claims_; }
    void report(const std::string& scalar, const std::string& problem, double seconds) const {
        std::printf(R"({"operation": "gmres fails safely, %s", "problem": "%s", "contender": "tamis", "threads": %d, )",
                    scalar.c_str(), problem.c_str(), tamis::threads());
        std::printf(R"("seconds": [%.4g], "false claims": %lld, "choice": "%lld solves, %lld claims of convergence, )",
                    seconds, false_claims_, solves_, claims_);
        std::printf(R"(%lld refusals, %lld false claims", "checks": {"claims": %lld}})"
                    "\n",
                    refused_, false_claims_, claims_);
    }

  private:
    long long solves_ = 0;
    long long claims_ = 0;
    long long refused_ = 0;
    long long false_claims_ = 0;
};

template <class T>
void run(const bench::SystemsOf<T>& systems, bool all_ways, Tally& tally) {
    const auto methods = bench::methods<T>();
    const double tolerance = tamis::default_tolerance<T>;
    for (const auto& S : systems) {
        const tamis::Operator<T> A(S.A);
        const auto helpers = helpers_for(S.A);
        const auto most = all_ways ? 3 * S.A.cols() + 10 : std::int64_t{300};
        for (const auto& method : methods) {
            if (S.A.rows() != S.A.cols() && !method.least_squares) continue;
            for (std::size_t k = 0; k < (all_ways ? helpers.size() : std::min<std::size_t>(helpers.size(), 3)); ++k)
                tally.attempt(method, S, {A, S.b, helpers[k].M, {}, tolerance, most}, helpers[k].name);
            if (!all_ways) continue;
            tally.attempt(method, S, {A, S.b, {}, {}, 1e-4 * tolerance, most}, "no preconditioner");
            const tamis::Vector<T> far = T(1e6) * bench::random_vector<T>(S.A.cols(), 9);
            tally.attempt(method, S, {A, S.b, {}, far, tolerance, most}, "a start far away");
        }
    }
}

template <class T>
void run(const std::string& problem, const std::string& folder, Tally& tally) {
    if (problem == "nasty") run(bench::nasty_systems<T>(), true, tally);
    else run(bench::real_systems<T>(folder), false, tally);
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 3) {
        std::fprintf(stderr, "usage: bench_gmres_fails_safely_tamis double|float|complex nasty|real [FOLDER]\n");
        return 2;
    }
    const std::string scalar = argv[1];
    const std::string problem = argv[2];
    const std::string folder = argc > 3 ? argv[3] : "";
    try {
        Tally tally;
        const double seconds = bench::seconds([&] {
            if (scalar == "float") run<float>(problem, folder, tally);
            else if (scalar == "complex") run<std::complex<double>>(problem, folder, tally);
            else run<double>(problem, folder, tally);
        });
        tally.report(scalar, problem, seconds);
        return tally.false_claims() == 0 ? 0 : 1;
    } catch (const std::exception& e) {
        std::fprintf(stderr, "%s\n", e.what());
        return 2;
    }
}
