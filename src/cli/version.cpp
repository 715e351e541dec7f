// tamis version: which version this is, and what it was built with.
#include <sstream>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <tamis/core/version.hpp>

#include "command.hpp"

namespace tamis::cli {

namespace {

class VersionCommand final : public Command {
  public:
    void declare(CLI::App&) override {}
    void read(const CommonOptions&) override {}

    Result run(Session&) override {
        Result result;
        result.document.title = fmt::format("tamis {}", version());
        result.json = Json{{"version", version()}, {"build", Json::object()}};
        Section build{"Build"};
        std::istringstream lines(build_info());
        for (std::string line; std::getline(lines, line);) {
            const std::size_t colon = line.find(": ");
            if (colon == std::string::npos) continue;
            const std::string name = line.substr(0, colon);
            const std::string value = line.substr(colon + 2);
            result.json["build"][name] = value;
            build.rows.push_back({name, value});
        }
        result.document.sections.push_back(std::move(build));
        return result;
    }
};

}  // namespace

std::unique_ptr<Command> make_version() {
    return std::make_unique<VersionCommand>();
}

}  // namespace tamis::cli
