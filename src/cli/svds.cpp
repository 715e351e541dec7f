// tamis svds: a few singular values of a matrix, from files.
#include <algorithm>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <tamis/iterative/eigen/svds.hpp>

#include "command.hpp"
#include "describe.hpp"
#include "input.hpp"
#include "spectrum.hpp"

namespace tamis::cli {

namespace {

class SvdsCommand final : public Command {
  public:
    void declare(CLI::App& app) override {
        app.add_option("A.mtx", matrix_, "the matrix, of any shape; - is standard input")->required();
        const auto option = [&](const char* name, std::string& value, const char* what, const char* type) {
            app.add_option(name, value, what)->type_name(type)->group("Options");
        };
        option("-k,--count", count_, "how many (default: 6, or all of a smaller matrix)", "n");
        option("--which", which_, "LM largest (default), SM smallest", "W");
        option("--tolerance", tolerance_, "‖Av − σu‖ and ‖Aᴴu − σv‖ ≤ t ‖A‖ (default: 1e-10)", "t");
        option("-o,--output", values_, "write the values here; - is standard output", "values.mtx");
        option("--left", left_, "write the left vectors here, one a column", "U.mtx");
        option("--right", right_, "write the right vectors here, one a column", "V.mtx");
    }

    void read(const CommonOptions& common) override {
        for (const auto& [name, path] : {std::pair{"-o", &values_}, {"--left", &left_}, {"--right", &right_}})
            check_output(name, *path);
        check_output("--report", common.report);
        if ((values_ == "-") + (left_ == "-") + (right_ == "-") + (common.json ? 1 : 0) > 1)
            throw UsageError("only one of --json, -o -, --left - and --right - can have standard output",
                             "tamis svds A.mtx -k 6 -o values.mtx --json");
        if (!count_.empty()) k_ = parse_count("-k", count_, 0, std::numeric_limits<std::int64_t>::max());
        if (!which_.empty()) which_ = parse_choice("--which", which_, {"LM", "SM"});
        if (tolerance_.empty()) return;
        tolerance_value_ = parse_number("--tolerance", tolerance_);
        if (!(tolerance_value_ > 0))
            throw UsageError(fmt::format("--tolerance: '{}' is not positive", tolerance_), "--tolerance 1e-8");
    }

    Result run(Session& session) override {
        Input A(matrix_, session);
        return with_types(session.options(), A.complex(), A.needs_int64(),
                          [&]<class T, class I>(Types<T, I>) { return this->template run_as<T, I>(session, A); });
    }

  private:
    template <class T, class I>
    Result run_as(Session& session, Input& matrix) {
        const auto A = matrix.template read_sparse<T, I>();
        const std::int64_t k = count_.empty() ? std::min({std::int64_t{6}, A.rows(), A.cols()}) : k_;
        session.require_memory(bytes_of(A.view()) + (A.rows() + A.cols()) * k * static_cast<std::int64_t>(3 * sizeof(T)),
                               "the matrix and its singular vectors");
        const std::string stage = "finding singular values";
        session.stage(stage);
        SvdsOptions<T> options;
        options.which = which_ == "SM" ? Which::smallest_magnitude : Which::largest_magnitude;
        if (tolerance_value_ > 0) options.tolerance = tolerance_value_;
        options.time_limit = session.remaining();
        options.callback = watch_pairs(session, stage);
        options.stop = session.stop_token();
        options.vectors = !left_.empty() || !right_.empty();
        const auto r = svds(A, k, options);
        session.check(stage.c_str());
        SpectrumReport report = spectrum_report(r.singular_values, r);
        report.title = fmt::format("{}: {}", matrix.label(), shape_text(A.view()));
        report.value_name = "singular value";
        report.residual_name = "residual";
        Result result = spectrum_result(report);
        write_if_wanted(session, values_, r.singular_values, "values",
                        fmt::format(" singular values of {}, by tamis", matrix.label()), result);
        write_if_wanted(session, left_, r.u, "left vectors",
                        fmt::format(" left singular vectors of {}, by tamis", matrix.label()), result);
        if (!right_.empty()) {
            const Matrix<T> v = r.vt.adjoint();
            write_if_wanted(session, right_, v, "right vectors",
                            fmt::format(" right singular vectors of {}, by tamis", matrix.label()), result);
        }
        return result;
    }

    std::string matrix_, count_, which_, tolerance_, values_, left_, right_;
    std::int64_t k_ = 0;
    double tolerance_value_ = 0;
};

}  // namespace

std::unique_ptr<Command> make_svds() {
    return std::make_unique<SvdsCommand>();
}

}  // namespace tamis::cli
