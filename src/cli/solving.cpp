#include "solving.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <memory>
#include <optional>

#include <fmt/format.h>

#include <tamis/core/error.hpp>

#include "describe.hpp"
#include "input.hpp"
#include "writing.hpp"

namespace tamis::cli {

namespace {

/// Numbers that the program measures itself, beside the library's report.
struct Measured {
    double relative_residual = 0;           ///< max over columns of ‖b − Ax‖₂ / ‖b‖₂
    std::optional<double> forward_error;    ///< ‖x − 1‖∞ where 1 is the answer
    std::optional<double> normal_residual;  ///< max of ‖Aᴴr‖₂ / (‖A‖F ‖r‖₂), where r is not rounding
    double solution_norm = 0;               ///< largest ‖x‖₂ of a column
};

struct Times {
    double read = 0, write = 0;
};

/// b = A·1.
template <class T, class I>
Matrix<T> row_sums_of(const CsrView<T, I>& A) {
    Matrix<T> b(A.rows(), 1);
    for (std::int64_t i = 0; i < A.rows(); ++i) {
        T sum(0);
        for (const auto entry : A.row(i)) sum += entry.value;
        b(i, 0) = sum;
    }
    return b;
}

/// Residual and normal-equations residual of every column, summed in double.
template <class T, class I>
Measured measure(const CsrView<T, I>& A, const Matrix<T>& b, const Matrix<T>& x, bool answer_is_one, bool least_squares) {
    using Wide = std::conditional_t<is_complex_v<T>, std::complex<double>, double>;
    const auto square = [](const auto& z) {
        const double size = std::abs(z);
        return size * size;
    };
    Measured m;
    double frobenius = 0;
    for (const T& a : A.values()) frobenius += square(static_cast<Wide>(a));
    frobenius = std::sqrt(frobenius);
    std::vector<Wide> gradient;
    for (std::int64_t j = 0; j < b.cols(); ++j) {
        double r2 = 0, b2 = 0;
        if (least_squares) gradient.assign(static_cast<std::size_t>(A.cols()), Wide(0));
        for (std::int64_t i = 0; i < A.rows(); ++i) {
            Wide r(b(i, j));
            for (const auto entry : A.row(i)) r -= Wide(entry.value) * Wide(x(entry.index, j));
            if (least_squares)
                for (const auto entry : A.row(i))
                    gradient[static_cast<std::size_t>(entry.index)] += detail::conjugate(Wide(entry.value)) * r;
            r2 += square(r);
            b2 += square(Wide(b(i, j)));
        }
        const double relative = r2 == 0 ? 0 : std::sqrt(r2) / std::sqrt(b2);
        if (!(relative <= m.relative_residual)) m.relative_residual = relative;
        const double limit = 100 * static_cast<double>(epsilon_v<T>) * std::sqrt(b2);
        if (least_squares && std::sqrt(r2) > limit) {
            double g2 = 0;
            for (const Wide& g : gradient) g2 += square(g);
            const double ratio = std::sqrt(g2) / (frobenius * std::sqrt(r2));
            m.normal_residual = std::max(m.normal_residual.value_or(0), frobenius > 0 ? ratio : 0.0);
        }
        m.solution_norm = std::max(m.solution_norm, static_cast<double>(x.col(j).norm()));
    }
    if (answer_is_one) {
        double error = 0;
        for (std::int64_t i = 0; i < x.rows(); ++i) {
            const double e = std::abs(Wide(x(i, 0)) - Wide(1));
            if (!(e <= error)) error = e;
        }
        m.forward_error = error;
    }
    return m;
}

template <class T>
constexpr int all_digits = std::is_same_v<Real<T>, float> ? 6 : 15;

/// Digits that κ·η leaves of those that the scalar has; nothing where κ is not known.
template <class T>
std::optional<int> trusted_digits(const SolveReport& report) {
    const double bound = report.condition_estimate * std::max(report.backward_error, static_cast<double>(epsilon_v<T>));
    if (!(report.condition_estimate > 0)) return std::nullopt;
    if (!std::isfinite(bound)) return 0;
    return static_cast<int>(std::clamp(std::floor(-std::log10(bound)), 0.0, static_cast<double>(all_digits<T>)));
}

/// The backward error that a direct solve promises (DESIGN: 10·max(10, √n)·ε).
template <class T>
double promised(std::int64_t n) {
    return 10 * std::max(10.0, std::sqrt(static_cast<double>(n))) * static_cast<double>(epsilon_v<T>);
}

Json optional_number(const std::optional<double>& x) {
    return x ? json_number(*x) : Json(nullptr);
}

class Solve {
  public:
    Solve(Session& session, const SolveRequest& request) : session_(session), request_(request) {}

    Result run() {
        Input A(request_.matrix, session_);
        std::unique_ptr<Input> b;
        if (!request_.rhs.empty()) {
            b = std::make_unique<Input>(request_.rhs, session_);
            if (b->info().rows != A.info().rows)
                throw DimensionMismatch(
                    fmt::format("{} has {}, but the right-hand side {} has {}; as many are needed", A.label(),
                                plural(A.info().rows, "row"), b->label(), plural(b->info().rows, "row")),
                    A.info().rows, b->info().rows);
        }
        const bool complex = A.complex() || (b && b->complex());
        return with_types(session_.options(), complex, A.needs_int64(),
                          [&]<class T, class I>(Types<T, I>) { return this->template solve_as<T, I>(A, b.get()); });
    }

  private:
    template <class T, class I>
    Result solve_as(Input& matrix, Input* rhs) {
        const auto A = matrix.template read_sparse<T, I>();
        const Matrix<T> b = rhs != nullptr ? rhs->template read_dense<T>() : row_sums_of(A.view());
        times_.read = session_.seconds();
        const std::int64_t held =
            bytes_of(A.view()) + (A.rows() + A.cols()) * b.cols() * static_cast<std::int64_t>(sizeof(T));
        session_.require_memory(held, "the system");
        least_squares_ = request_.kind == SolveKind::least_squares || A.rows() != A.cols();

        SolveOptions options = request_.options;
        options.memory_limit = session_.memory_left(held);
        options.time_limit = session_.remaining();
        options.stop = session_.stop_token();
        const std::string stage = least_squares_ ? "solving a least-squares problem" : "solving";
        session_.stage(stage);
        if (session_.shows_progress()) options.callback = watcher(stage);
        const auto s =
            request_.kind == SolveKind::solve ? solve_with_report(A, b, options) : least_squares_with_report(A, b, options);
        session_.check("solving");
        session_.stage("verifying");
        const bool answer_is_one = rhs == nullptr && s.report.rank == A.cols();
        measured_ = measure(A.view(), b, s.x, answer_is_one, least_squares_);

        if (!request_.output.empty()) {
            const double before = session_.seconds();
            MatrixMarketWriteOptions write;
            write.comment =
                fmt::format(" {} of {}, by tamis", least_squares_ ? "least-squares solution" : "solution", matrix.label());
            write_matrix(session_, request_.output, s.x, write);
            times_.write = session_.seconds() - before;
        }
        Result result;
        result.output_on_stdout = request_.output == "-";
        result.output_in_file = !request_.output.empty() && request_.output != "-";
        result.warnings = s.report.warnings;
        result.json = json_of<T>(A.view(), b.cols(), s.report);
        document_of<T>(result.document, matrix, rhs, A.view(), b.cols(), s.report);
        return result;
    }

    /// Has the progress line follow an iteration; a few times a second, as it costs more than a small one.
    IterationCallback watcher(const std::string& stage) {
        return [this, stage, last = Session::Clock::time_point{}](const IterationInfo& info) mutable {
            if (const auto now = Session::Clock::now(); now - last > std::chrono::milliseconds(50)) {
                last = now;
                session_.stage(fmt::format("{}: iteration {}, residual {}", stage, count_text(info.iteration),
                                           number_text(info.residual_norm)));
            }
            return true;
        };
    }

    /// Whether the answer was iterated.
    static bool iterated(const SolveReport& r) { return !r.preconditioner.empty(); }

    template <class T, class I>
    Json json_of(const CsrView<T, I>& A, std::int64_t columns, const SolveReport& r) const {
        Json j{{"method", method_word(r.method)},
               {"reasons", r.reasons},
               {"status", "converged"},
               {"converged", true},
               {"iterations", r.iterations},
               {"residual_norm", json_number(r.residual_norm)},
               {"relative_residual", json_number(measured_.relative_residual)},
               {"backward_error", json_number(r.backward_error)},
               {"condition_estimate", r.condition_estimate > 0 ? json_number(r.condition_estimate) : Json(nullptr)},
               {"forward_error", optional_number(measured_.forward_error)},
               {"normal_residual", optional_number(measured_.normal_residual)},
               {"solution_norm", json_number(measured_.solution_norm)},
               {"factor_nonzeros", r.factor_nonzeros},
               {"flops", json_number(r.flops)},
               {"bytes", r.bytes},
               {"seconds", Json{{"read", times_.read},
                                {"analyze", r.seconds.analyze},
                                {"factor", r.seconds.factor},
                                {"solve", r.seconds.solve},
                                {"write", times_.write},
                                {"total", session_.seconds()}}},
               {"warnings", r.warnings},
               {"rank", r.rank},
               {"rows", A.rows()},
               {"cols", A.cols()},
               {"nnz", A.nnz()},
               {"right_hand_sides", columns},
               {"least_squares", least_squares_},
               {"scalar", scalar_name<T>()},
               {"index", sizeof(I) * 8},
               {"precision", r.precision}};
        const auto digits = trusted_digits<T>(r);
        j["trusted_digits"] = digits ? Json(*digits) : Json(nullptr);
        j["preconditioner"] = iterated(r) ? Json(r.preconditioner) : Json(nullptr);
        j["residual_history"] = Json::array();
        for (const double norm : r.residual_history) j["residual_history"].push_back(json_number(norm));
        return j;
    }

    template <class T, class I>
    void document_of(Document& d, const Input& matrix, const Input* rhs, const CsrView<T, I>& A, std::int64_t columns,
                     const SolveReport& r) const {
        d.title = fmt::format("{}: {}", matrix.label(), shape_text(A));
        Section answer{"Answer"};
        answer.rows.push_back({"solved by", method_word(r.method),
                               iterated(r)      ? "preconditioner: " + r.preconditioner
                               : least_squares_ ? "least squares, minimum norm"
                                                : "",
                               Tone::good});
        answer.rows.push_back({"right-hand side",
                               rhs == nullptr ? "A·1"
                               : columns == 1 ? rhs->label()
                                              : plural(columns, "column"),
                               rhs == nullptr ? "made so that the answer is known: all ones"
                               : columns == 1 ? ""
                                              : "of " + rhs->label() + "; the worst one is shown"});
        if (!request_.output.empty())
            answer.rows.push_back({"x written to", request_.output == "-" ? "standard output" : request_.output});
        d.sections.push_back(std::move(answer));
        d.sections.push_back(evidence<T>(A.rows(), A.cols(), r));
        d.sections.push_back(work(A.nnz(), r));
        d.sections.push_back(time(r));
        d.sections.push_back({"Why this method", {}, r.reasons});
        if (!r.warnings.empty()) d.sections.push_back({"Warnings", {}, r.warnings, Tone::caution});
    }

    template <class T>
    Section evidence(std::int64_t rows, std::int64_t cols, const SolveReport& r) const {
        Section s{"Evidence"};
        s.rows.push_back({"residual ‖b − Ax‖₂", number_text(r.residual_norm), "freshly computed from the x above"});
        s.rows.push_back({"relative to ‖b‖₂", number_text(measured_.relative_residual)});
        const bool consistent = !least_squares_ || !measured_.normal_residual;
        if (iterated(r) && request_.options.method != Method::automatic) {
            s.rows.push_back({"backward error", number_text(r.backward_error)});
        } else if (!least_squares_) {
            const double goal = request_.options.tolerance > 0 ? request_.options.tolerance : promised<T>(rows);
            const bool kept = r.backward_error <= goal;
            s.rows.push_back({"backward error", number_text(r.backward_error),
                              fmt::format("{} at most {}: {}", request_.options.tolerance > 0 ? "asked for" : "promised",
                                          number_text(goal), kept ? "kept" : "not kept"),
                              kept ? Tone::good : Tone::caution});
        } else if (measured_.normal_residual) {
            s.rows.push_back({"‖Aᴴr‖ / (‖A‖‖r‖)", number_text(*measured_.normal_residual), "0 where ‖b − Ax‖ is smallest",
                              *measured_.normal_residual < 1e-6 ? Tone::good : Tone::caution});
        }
        if (least_squares_ && !iterated(r)) {
            const std::int64_t full = std::min(rows, cols);
            s.rows.push_back({"numerical rank", count_text(r.rank),
                              r.rank == full ? "full" : fmt::format("of {}: deficient", count_text(full)),
                              r.rank == full ? Tone::plain : Tone::caution});
            if (consistent) s.rows.push_back({"system", "consistent", "the residual is rounding alone"});
            s.rows.push_back({"‖x‖₂", number_text(measured_.solution_norm)});
        }
        if (r.condition_estimate > 0)
            s.rows.push_back({"condition estimate κ₁", number_text(r.condition_estimate), "how much input errors may grow"});
        if (const auto digits = trusted_digits<T>(r))
            s.rows.push_back({"digits to trust", fmt::format("about {} of {}", *digits, all_digits<T>),
                              "what κ₁ times the backward error leaves", *digits < 4 ? Tone::caution : Tone::good});
        if (measured_.forward_error)
            s.rows.push_back({"forward error ‖x − 1‖∞", number_text(*measured_.forward_error), "against the known answer"});
        return s;
    }

    static Section work(std::int64_t nnz, const SolveReport& r) {
        Section s{"Work"};
        const bool iterations = iterated(r);
        s.rows.push_back({iterations ? "preconditioner nonzeros" : "factor nonzeros", count_text(r.factor_nonzeros),
                          nnz > 0 ? fmt::format("{:.1f} times those of A",
                                                static_cast<double>(r.factor_nonzeros) / static_cast<double>(nnz))
                                  : ""});
        if (!iterations) s.rows.push_back({"operations", flops_text(r.flops)});
        s.rows.push_back({iterations ? "preconditioner memory" : "factor memory", bytes_text(r.bytes)});
        s.rows.push_back({iterations ? "iterations" : "refinement steps", count_text(r.iterations)});
        if (!r.precision.empty()) s.rows.push_back({"computed in", r.precision});
        return s;
    }

    Section time(const SolveReport& r) const {
        Section s{"Time"};
        const double total = std::max(session_.seconds(), 1e-12);
        const auto add = [&](const char* label, double seconds) {
            s.rows.push_back({label, seconds_text(seconds), "", Tone::plain, seconds / total});
        };
        add("read", times_.read);
        add("analyze", r.seconds.analyze);
        add(iterated(r) ? "preconditioner" : "factor", r.seconds.factor);
        add(iterated(r) ? "iterate" : "solve and refine", r.seconds.solve);
        if (!request_.output.empty()) add("write", times_.write);
        s.rows.push_back({"in all", seconds_text(total)});
        return s;
    }

    Session& session_;
    const SolveRequest& request_;
    Measured measured_;
    Times times_;
    bool least_squares_ = false;
};

}  // namespace

Result run_solve(Session& session, const SolveRequest& request) {
    return Solve(session, request).run();
}

}  // namespace tamis::cli
