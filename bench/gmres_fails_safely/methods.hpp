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
    std::vector<Method<T>> all;
    const auto add = [&](const char* name, auto options, const auto& function, bool least_squares = false) {
        all.push_back(method<T>(name, least_squares, function, options));
    };
    const auto bicgstab_ = [](auto&&... a) { return tamis::bicgstab(a...); };
    const auto gmres_ = [](auto&&... a) { return tamis::gmres(a...); };
    const auto lgmres_ = [](auto&&... a) { return tamis::lgmres(a...); };
    const auto idrs_ = [](auto&&... a) { return tamis::idrs(a...); };
    add("cg", tamis::CgOptions<T>{}, [](auto&&... a) { return tamis::cg(a...); });
    add("flexible_cg", tamis::FlexibleCgOptions<T>{}, [](auto&&... a) { return tamis::flexible_cg(a...); });
    all.push_back(block_method<T>());
    add("minres", tamis::MinresOptions<T>{}, [](auto&&... a) { return tamis::minres(a...); });
    add("minres_qlp", tamis::MinresQlpOptions<T>{}, [](auto&&... a) { return tamis::minres_qlp(a...); });
    add("symmlq", tamis::SymmlqOptions<T>{}, [](auto&&... a) { return tamis::symmlq(a...); });
    add("gmres", tamis::GmresOptions<T>{}, gmres_);
    tamis::GmresOptions<T> few;
    few.restart = 5;
    few.side = tamis::Side::left;
    add("gmres(5), left", few, gmres_);
    tamis::GmresOptions<T> full;
    full.restart = 200;
    add("gmres(200)", full, gmres_);
    add("fgmres", tamis::FgmresOptions<T>{}, [](auto&&... a) { return tamis::fgmres(a...); });
    add("lgmres", tamis::LgmresOptions<T>{}, lgmres_);
    tamis::LgmresOptions<T> left;
    left.side = tamis::Side::left;
    add("lgmres, left", left, lgmres_);
    add("gcrodr", tamis::GcrodrOptions<T>{}, [](auto&&... a) { return tamis::gcrodr(a...); });
    add("bicg", tamis::BicgOptions<T>{}, [](auto&&... a) { return tamis::bicg(a...); });
    for (const std::int64_t l : {1, 2, 4}) {
        tamis::BicgstabOptions<T> options;
        options.l = l;
        add(("bicgstab(" + std::to_string(l) + ")").c_str(), options, bicgstab_);
    }
    add("cgs", tamis::CgsOptions<T>{}, [](auto&&... a) { return tamis::cgs(a...); });
    add("qmr", tamis::QmrOptions<T>{}, [](auto&&... a) { return tamis::qmr(a...); });
    add("tfqmr", tamis::TfqmrOptions<T>{}, [](auto&&... a) { return tamis::tfqmr(a...); });
    for (const std::int64_t s : {1, 4, 8}) {
        tamis::IdrsOptions<T> options;
        options.s = s;
        add(("idrs(" + std::to_string(s) + ")").c_str(), options, idrs_);
    }
    add(
        "lsqr", tamis::LsqrOptions<T>{}, [](auto&&... a) { return tamis::lsqr(a...); }, true);
    add(
        "lsmr", tamis::LsmrOptions<T>{}, [](auto&&... a) { return tamis::lsmr(a...); }, true);
    add(
        "cgls", tamis::CglsOptions<T>{}, [](auto&&... a) { return tamis::cgls(a...); }, true);
    return all;
}

}  // namespace bench
