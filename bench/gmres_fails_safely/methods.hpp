// Every iterative method behind one signature.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include <tamis/tamis.hpp>

namespace bench {

template <class T>
struct Attempt {
    const tamis::Operator<T>& A;
    const tamis::Vector<T>& b;
    tamis::Operator<T> preconditioner;
    tamis::Vector<T> guess;  // empty: none
    double tolerance;
    std::int64_t max_iterations;
};

template <class T>
struct Outcome {
    tamis::Status status;
    tamis::Vector<T> x;
    double residual_norm;  // as the method reports it
};

template <class T>
struct Method {
    std::string name;
    bool least_squares;
    std::function<Outcome<T>(const Attempt<T>&)> run;
};

template <class T, class Options, class Function>
Method<T> method(const std::string& name, bool least_squares, const Function& function, Options options = {}) {
    return {name, least_squares, [=](const Attempt<T>& a) {
                Options o = options;
                o.tolerance = a.tolerance;
                o.max_iterations = a.max_iterations;
                o.preconditioner = a.preconditioner;
                if (a.guess.size() > 0) o.initial_guess = a.guess;
                o.record_history = false;
                auto r = function(a.A, a.b, o);
                return Outcome<T>{r.status, std::move(r.x), r.residual_norm};
            }};
}

/// block_cg with b, b again, and 2 b + e as right-hand sides; the first solution counts.
template <class T>
Method<T> block_method() {
    return {
        "block_cg", false, [](const Attempt<T>& a) {
            tamis::Matrix<T> B(a.b.size(), 3);
            B.col(0) = a.b;
            B.col(1) = a.b;
            B.col(2) = T(2) * a.b;
            if (a.b.size() > 0) B(0, 2) += T(1);
            tamis::BlockCgOptions<T> o;
            o.tolerance = a.tolerance;
            o.max_iterations = a.max_iterations;
            o.preconditioner = a.preconditioner;
            const auto r = tamis::block_cg(a.A, B, o);
            return Outcome<T>{r.status, tamis::Vector<T>(r.x.col(0)), r.residual_norms.empty() ? 0 : r.residual_norms[0]};
        }};
}

template <class T>
std::vector<Method<T>> methods() {
    using namespace tamis;
    std::vector<Method<T>> all;
    const auto add = [&](const char* name, auto options, const auto& function, bool least_squares = false) {
        all.push_back(method<T>(name, least_squares, function, options));
    };
    const auto bicgstab_ = [](auto&&... a) { return bicgstab(a...); };
    const auto gmres_ = [](auto&&... a) { return gmres(a...); };
    const auto lgmres_ = [](auto&&... a) { return lgmres(a...); };
    const auto idrs_ = [](auto&&... a) { return idrs(a...); };
    add("cg", CgOptions<T>{}, [](auto&&... a) { return cg(a...); });
    add("flexible_cg", FlexibleCgOptions<T>{}, [](auto&&... a) { return flexible_cg(a...); });
    all.push_back(block_method<T>());
    add("minres", MinresOptions<T>{}, [](auto&&... a) { return minres(a...); });
    add("minres_qlp", MinresQlpOptions<T>{}, [](auto&&... a) { return minres_qlp(a...); });
    add("symmlq", SymmlqOptions<T>{}, [](auto&&... a) { return symmlq(a...); });
    add("gmres", GmresOptions<T>{}, gmres_);
    GmresOptions<T> few;
    few.restart = 5;
    few.side = Side::left;
    add("gmres(5), left", few, gmres_);
    GmresOptions<T> full;
    full.restart = 200;
    add("gmres(200)", full, gmres_);
    add("fgmres", FgmresOptions<T>{}, [](auto&&... a) { return fgmres(a...); });
    add("lgmres", LgmresOptions<T>{}, lgmres_);
    LgmresOptions<T> left;
    left.side = Side::left;
    add("lgmres, left", left, lgmres_);
    add("gcrodr", GcrodrOptions<T>{}, [](auto&&... a) { return gcrodr(a...); });
    add("bicg", BicgOptions<T>{}, [](auto&&... a) { return bicg(a...); });
    for (const std::int64_t l : {1, 2, 4}) {
        BicgstabOptions<T> options;
        options.l = l;
        add(("bicgstab(" + std::to_string(l) + ")").c_str(), options, bicgstab_);
    }
    add("cgs", CgsOptions<T>{}, [](auto&&... a) { return cgs(a...); });
    add("qmr", QmrOptions<T>{}, [](auto&&... a) { return qmr(a...); });
    add("tfqmr", TfqmrOptions<T>{}, [](auto&&... a) { return tfqmr(a...); });
    for (const std::int64_t s : {1, 4, 8}) {
        IdrsOptions<T> options;
        options.s = s;
        add(("idrs(" + std::to_string(s) + ")").c_str(), options, idrs_);
    }
    add(
        "lsqr", LsqrOptions<T>{}, [](auto&&... a) { return lsqr(a...); }, true);
    add(
        "lsmr", LsmrOptions<T>{}, [](auto&&... a) { return lsmr(a...); }, true);
    add(
        "cgls", CglsOptions<T>{}, [](auto&&... a) { return cgls(a...); }, true);
    return all;
}

}  // namespace bench
