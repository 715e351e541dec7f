// tamis help: the overview, or the page of one command.
#include <CLI/CLI.hpp>

#include "command.hpp"

namespace tamis::cli {

namespace {

class HelpCommand final : public Command {
  public:
    void declare(CLI::App& app) override { app.add_option("CMD", name_, "the command to tell about"); }

    void read(const CommonOptions&) override {
        if (!name_.empty() && find_command(name_) == nullptr) throw unknown_command(name_);
    }

    Result run(Session&) override {
        const CommandInfo* const info = name_.empty() ? nullptr : find_command(name_);
        Result result;
        result.document.title = name_.empty() ? "tamis" : "tamis " + name_;
        result.document.page = info != nullptr ? help_page(*info) : overview();
        result.json = Json{{"help", result.document.page}};
        return result;
    }

  private:
    std::string name_;
};

}  // namespace

std::unique_ptr<Command> make_help() {
    return std::make_unique<HelpCommand>();
}

}  // namespace tamis::cli
