// tamis lstsq: the minimum-norm least-squares solution, from files.
#include <CLI/CLI.hpp>

#include "command.hpp"
#include "input.hpp"
#include "solving.hpp"

namespace tamis::cli {

namespace {

class LstsqCommand final : public Command {
  public:
    void declare(CLI::App& app) override {
        app.add_option("A.mtx", matrix_, "the matrix, of any shape and rank; - is standard input")->required();
        app.add_option("b.mtx", rhs_, "right-hand sides, one a column")->required();
        app.add_option("-o,--output", output_, "write x here; - is standard output")->type_name("x.mtx")->group("Options");
    }

    void read(const CommonOptions& common) override {
        check_one_standard_input({matrix_, rhs_});
        check_output("-o", output_);
        check_output("--report", common.report);
        if (common.json && output_ == "-")
            throw UsageError("--json and -o - both want standard output", "tamis lstsq A.mtx b.mtx -o x.mtx --json");
    }

    Result run(Session& session) override {
        return run_solve(session, {SolveKind::least_squares, matrix_, rhs_, output_, {}});
    }

  private:
    std::string matrix_, rhs_, output_;
};

}  // namespace

std::unique_ptr<Command> make_lstsq() {
    return std::make_unique<LstsqCommand>();
}

}  // namespace tamis::cli
