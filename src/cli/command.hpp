// What a command of the program is.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "options.hpp"
#include "output.hpp"
#include "session.hpp"

namespace tamis::cli {

class Command {
  public:
    Command() = default;
    Command(const Command&) = delete;
    Command& operator=(const Command&) = delete;
    virtual ~Command() = default;

    /// Declares arguments and options.
    virtual void declare(CLI::App& app) = 0;
    /// Reads the words into values; UsageError for what cannot be obeyed.
    virtual void read(const CommonOptions& common) = 0;
    virtual Result run(Session& session) = 0;
};

struct CommandInfo {
    std::string_view name;
    std::string_view arguments;    ///< after the name, for the usage line
    std::string_view summary;      ///< half a line
    std::string_view description;  ///< paragraphs for its own help
    std::string_view example;      ///< a line that works
    std::unique_ptr<Command> (*make)();
    bool reports_status = false;  ///< its JSON keeps `status` and `converged` when it fails
};

/// All commands, in the order of the overview.
[[nodiscard]] std::span<const CommandInfo> commands();
[[nodiscard]] const CommandInfo* find_command(std::string_view name);
/// "tamis foo: there is no such command", with the nearest one.
[[nodiscard]] UsageError unknown_command(std::string_view name);

/// The overview, and the page of one command.
[[nodiscard]] std::string overview();
[[nodiscard]] std::string help_page(const CommandInfo& info);

std::unique_ptr<Command> make_info();
std::unique_ptr<Command> make_solve();
std::unique_ptr<Command> make_lstsq();
std::unique_ptr<Command> make_eigs();
std::unique_ptr<Command> make_svds();
std::unique_ptr<Command> make_predict();
std::unique_ptr<Command> make_convert();
std::unique_ptr<Command> make_generate();
std::unique_ptr<Command> make_version();
std::unique_ptr<Command> make_help();

}  // namespace tamis::cli
