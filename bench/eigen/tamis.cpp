// bench_eigen_tamis TASK PROBLEM FILE KIND END VARIANT: eigsh and svds by their defaults.
#include <iostream>

#include <tamis/tamis.hpp>

#include "eigen/problem.hpp"

namespace {

template <class R>
bool take(const R& r, bench::Answer& answer) {
    answer.products = r.matvecs;
    return r.converged();
}

}  // namespace

int main(int argc, char** argv) {
    try {
        const auto P = bench::read_problem(argc, argv);
        const tamis::CsrView<double> A(P.rows, P.cols, P.offsets, P.indices, P.values);
        bench::Answer answer;
        bool converged = false;
        std::string how;
        const auto times = bench::repeat(answer, [&] {
            bench::Answer a;
            if (P.end == bench::End::singular) {
                tamis::SvdResult<double> r;
                a.seconds = bench::seconds([&] { r = tamis::svds(A, bench::wanted, {.tolerance = bench::goal}); });
                converged = take(r, a);
                how = r.message;
                a.values.assign(r.singular_values.begin(), r.singular_values.end());
                const tamis::Matrix<double> v = r.vt.transpose();
                a.vectors.assign(v.data(), v.data() + v.size());
                a.left.assign(r.u.data(), r.u.data() + r.u.size());
                return a;
            }
            tamis::EigenResult<double> r;
            const auto which =
                P.end == bench::End::smallest ? tamis::Which::smallest_algebraic : tamis::Which::largest_algebraic;
            a.seconds =
                bench::seconds([&] { r = tamis::eigsh(A, bench::wanted, {.which = which, .tolerance = bench::goal}); });
            converged = take(r, a);
            how = r.message;
            a.values.assign(r.values.begin(), r.values.end());
            a.vectors.assign(r.vectors.data(), r.vectors.data() + r.vectors.size());
            return a;
        });
        std::cerr << how << '\n';
        bench::report(P, "tamis", tamis::threads(), times, answer, converged);
    } catch (const std::exception& e) {
        std::cerr << e.what() << '\n';
        return 1;
    }
}
