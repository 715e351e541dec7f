// tamis solve: A x = b with the evidence, from files.
#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "command.hpp"
#include "input.hpp"
#include "solving.hpp"

namespace tamis::cli {

namespace {

constexpr std::string_view methods[] = {"auto", "diagonal", "triangular", "banded", "cholesky", "ldlt", "lu", "qr"};
constexpr std::string_view iterative_methods[] = {
    "cg",   "flexible-cg", "block-cg", "minres", "minres-qlp", "symmlq", "gmres", "fgmres", "lgmres", "gcrodr",
    "bicg", "bicgstab",    "cgs",      "qmr",    "tfqmr",      "idrs",   "lsqr",  "lsmr",   "cgls"};
constexpr std::string_view ordering_words[] = {"auto", "amd", "colamd", "nested-dissection", "natural"};

std::string underscored(std::string word) {
    for (char& c : word)
        if (c == '-') c = '_';
    return word;
}

class SolveCommand final : public Command {
  public:
    void declare(CLI::App& app) override {
        app.add_option("A.mtx", matrix_, "the matrix; - is standard input")->required();
        app.add_option("b.mtx", rhs_, "right-hand sides, one a column; left out: b = A·1, and the forward error is shown");
        app.add_option("-o,--output", output_, "write x here; - is standard output")->type_name("x.mtx")->group("Options");
        app.add_option(
               "--method", method_,
               "auto (default), diagonal, triangular, banded, cholesky, ldlt, lu or qr; or an iterative one: cg, minres, "
               "gmres, bicgstab, idrs, lsqr, … One that is named is obeyed or refused")
            ->type_name("M")
            ->group("Options");
        app.add_option("--preconditioner", preconditioner_,
                       "of an iterative method: auto (default), none, jacobi, block-jacobi, ssor, ilu0, ilut, ic0, ict, "
                       "chebyshev, fsai, schwarz or amg")
            ->type_name("P")
            ->group("Options");
        app.add_option("--ordering", ordering_, "auto (default), amd, colamd, nested-dissection or natural")
            ->type_name("O")
            ->group("Options");
        app.add_option("--precision", precision_,
                       "working (default), or mixed: factor in single precision, refine to double")
            ->type_name("working|mixed")
            ->group("Options");
        app.add_option("--tolerance", tolerance_,
                       "backward error to reach (default: 10·max(10, √n)·ε); of an iterative method ‖b − Ax‖ / ‖b‖ (1e-8)")
            ->type_name("t")
            ->group("Options");
        app.add_option("--max-iterations", max_iterations_, "refinement steps, or iterations, at most (default: automatic)")
            ->type_name("n")
            ->group("Options");
    }

    void read(const CommonOptions& common) override {
        check_one_standard_input({matrix_, rhs_});
        check_output("-o", output_);
        check_output("--report", common.report);
        if (common.json && output_ == "-")
            throw UsageError("--json and -o - both want standard output", "tamis solve A.mtx b.mtx -o x.mtx --json");
        read_method();
        if (!ordering_.empty()) {
            const std::string word = parse_choice("--ordering", ordering_, ordering_words);
            options_.ordering = word == "auto" ? Ordering::automatic : ordering_from_string(underscored(word));
        }
        if (!precision_.empty())
            options_.precision = parse_choice("--precision", precision_, {"working", "mixed"}) == "mixed"
                                     ? Precision::mixed
                                     : Precision::working;
        if (!tolerance_.empty()) {
            options_.tolerance = parse_number("--tolerance", tolerance_);
            if (!(options_.tolerance > 0))
                throw UsageError(fmt::format("--tolerance: '{}' is not positive", tolerance_), "--tolerance 1e-12");
        }
        if (!max_iterations_.empty())
            options_.max_iterations = parse_count("--max-iterations", max_iterations_, 1, 1'000'000'000);
    }

    Result run(Session& session) override {
        return run_solve(session, {SolveKind::solve, matrix_, rhs_, output_, options_});
    }

  private:
    void read_method() {
        bool iterates = false;
        if (!method_.empty()) {
            std::vector<std::string_view> all;
            for (const std::string_view name : methods) all.push_back(name);
            for (const std::string_view name : iterative_methods) all.push_back(name);
            const std::string word = method_ == "automatic" ? "auto" : parse_choice("--method", method_, all);
            for (const std::string_view name : iterative_methods) iterates = iterates || name == word;
            options_.method = word == "auto" ? Method::automatic : method_from_string(underscored(word));
        }
        if (preconditioner_.empty()) return;
        const std::string word = parse_preconditioner();
        if (!iterates && word != "none" && word != "auto")
            throw UsageError(
                fmt::format("--preconditioner {}: preconditioners serve iterative methods; name one with --method",
                            preconditioner_),
                fmt::format("tamis solve A.mtx --method cg --preconditioner {}", word));
        options_.preconditioner = preconditioner_from_string(underscored(word));
    }

    [[nodiscard]] std::string parse_preconditioner() const {
        return parse_choice("--preconditioner", preconditioner_,
                            {"auto", "none", "jacobi", "block-jacobi", "ssor", "ilu0", "ilut", "ic0", "ict", "chebyshev",
                             "fsai", "schwarz", "amg"});
    }

    std::string matrix_, rhs_, output_, method_, preconditioner_, ordering_, precision_, tolerance_, max_iterations_;
    SolveOptions options_;
};

}  // namespace

std::unique_ptr<Command> make_solve() {
    return std::make_unique<SolveCommand>();
}

}  // namespace tamis::cli
