// The program tamis: finds the command, reads its words, runs it, and turns whatever happens into an exit code.
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <exception>
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <tamis/core/threads.hpp>
#include <tamis/core/version.hpp>

#include "command.hpp"
#include "failure.hpp"

namespace tamis::cli {

namespace {

std::string serialise(const Json& json) {
    return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

/// Shows a failure in every form that is asked for; the exit code is the result.
int show(const Failure& failure, bool json, bool with_status) {
    int code = failure.exit_code;
    if (json) {
        try {
            print(serialise(to_json(failure, with_status)));
        } catch (const std::exception&) {
            // Standard output is gone; the text below still says what happened.
        }
    }
    print_error(to_text(failure, wants_colour(STDERR_FILENO)));
    return code;
}

/// The words apart: the command's name, and everything else in order.
struct Words {
    std::string command;
    std::vector<std::string> rest;
    bool json = false;
};

Words split(int argc, char** argv) {
    Words w;
    bool value_comes = false;
    for (int i = 1; i < argc; ++i) {
        const std::string word = argv[i];
        if (word == "--json" && !value_comes) w.json = true;
        const bool is_option = word.size() > 1 && word[0] == '-';
        if (w.command.empty() && !value_comes && !is_option) w.command = word;
        else w.rest.push_back(word);
        value_comes = !value_comes && is_option && takes_value(word);
    }
    return w;
}

std::string typed(int argc, char** argv) {
    std::string s = "tamis";
    for (int i = 1; i < argc; ++i) {
        const std::string word = argv[i];
        const bool plain = !word.empty() && word.find_first_of(" \t\n'\"\\$`*?[]{}()<>|&;!#~") == std::string::npos;
        if (plain) {
            s += " " + word;
            continue;
        }
        s += " '";
        for (const char c : word) s += c == '\'' ? std::string("'\\''") : std::string(1, c);
        s += "'";
    }
    return s;
}

/// What the parser could not place: an option that does not exist, or one word too many.
UsageError unexpected(const CommandInfo& info, CLI::App& app, const std::string& word) {
    if (word.size() > 1 && word[0] == '-' && (word[1] < '0' || word[1] > '9')) {
        std::vector<std::string> names;
        for (const CLI::Option* o : app.get_options()) {
            for (const std::string& l : o->get_lnames()) names.push_back("--" + l);
            for (const std::string& s : o->get_snames()) names.push_back("-" + s);
        }
        const std::vector<std::string_view> candidates(names.begin(), names.end());
        const std::string option = word.substr(0, word.find('='));
        const auto near = nearest(option, candidates);
        return UsageError(fmt::format("{} has no option {}{}", info.name, option,
                                      near ? fmt::format("; did you mean {}?", *near) : std::string()),
                          std::string(info.example) + fmt::format("    ('tamis help {}' lists the options)", info.name));
    }
    return UsageError(
        fmt::format("{}: '{}' is one word too many; the form is: tamis {} {}", info.name, word, info.name, info.arguments),
        std::string(info.example));
}

/// Fills the command and the common options from the words.
void parse(const CommandInfo& info, CLI::App& app, Command& command, CommonWords& common, std::vector<std::string> rest) {
    app.allow_extras();
    app.set_help_flag();
    command.declare(app);
    add_common_options(app, common);
    std::reverse(rest.begin(), rest.end());
    try {
        app.parse(std::move(rest));
    } catch (const CLI::RequiredError& e) {
        std::string what = e.what();  // "A.mtx is required"
        what = what.substr(0, what.find(" is required"));
        throw UsageError(
            fmt::format("{}: {} is missing; the form is: tamis {} {}", info.name, what, info.name, info.arguments),
            std::string(info.example));
    } catch (const CLI::ArgumentMismatch& e) {
        const std::string what = e.what();
        if (const auto end = what.find(" was given a disallowed flag override"); end != std::string::npos)
            throw UsageError(fmt::format("{}: --{} takes no value", info.name, what.substr(0, end)),
                             std::string(info.example));
        // "--tolerance: 1 required …" or "--threads: At Most 1 …"
        const std::string option = what.substr(0, what.find(": "));
        const bool repeated = what.find("received") != std::string::npos && what.find("received 0") == std::string::npos;
        throw UsageError(fmt::format("{}: {} {}", info.name, option, repeated ? "is given more than once" : "needs a value"),
                         std::string(info.example));
    } catch (const CLI::ParseError& e) {
        throw UsageError(fmt::format("{}: {}", info.name, e.what()), std::string(info.example));
    }
    for (const std::string& word : app.remaining())
        if (word != "--") throw unexpected(info, app, word);
}

void deliver(Session& session, const Result& result) {
    session.claim_end();
    const CommonOptions& options = session.options();
    if (!options.report.empty()) write_file(options.report, to_html(result.document, result.json, session.command_line()));
    if (options.json) {
        print(serialise(result.json));
        for (const std::string& warning : result.warnings) print_error("tamis: warning: " + warning + "\n");
        return;
    }
    const bool shown = !(options.quiet && (result.output_on_stdout || result.output_in_file));
    if (shown && result.output_on_stdout) print_error(to_text(result.document, wants_colour(STDERR_FILENO)));
    else if (shown) print(to_text(result.document, wants_colour(STDOUT_FILENO)));
    else
        for (const std::string& warning : result.warnings) print_error("tamis: warning: " + warning + "\n");
}

int run(const CommandInfo& info, const Words& words, const std::string& command_line) {
    std::unique_ptr<Session> session;
    bool json = words.json;
    try {
        CLI::App app;
        CommonWords common_words;
        const auto command = info.make();
        parse(info, app, *command, common_words, words.rest);
        const CommonOptions common = read_common_options(common_words);
        json = common.json;
        command->read(common);
        if (common.threads > 0) set_threads(common.threads);
        const double limit = common.time_limit.count();
        session = std::make_unique<Session>(common, command_line, [json, limit, status = info.reports_status] {
            show(time_limit_failure(limit), json, status);
        });
        const Result result = command->run(*session);
        deliver(*session, result);
        return result.exit_code;
    } catch (...) {  // the program's edge: describe() tells the exceptions apart
        const std::exception_ptr error = std::current_exception();
        if (session) session->claim_end();
        const int number = session ? session->signal() : 0;
        const Failure failure = describe(error, number != 0);
        const int code = show(failure, json, info.reports_status);
        session.reset();
        if (number != 0 && failure.kind == "interrupted") end_by_signal(number);
        return code;
    }
}

int program(int argc, char** argv) {
    Words words = split(argc, argv);
    bool wants_help = false;
    bool wants_version = false;
    bool value = false;
    for (const std::string& word : words.rest) {
        wants_help |= !value && (word == "--help" || word == "-h");
        wants_version |= !value && (word == "--version" || word == "-V");
        value = !value && takes_value(word);
    }
    try {
        if (wants_help || (words.command.empty() && !wants_version)) {
            if (words.command.empty() && !wants_help)
                throw UsageError("a command is missing; 'tamis help' lists them", "tamis generate poisson2d 100 -o A.mtx");
            const CommandInfo* const info = words.command.empty() ? nullptr : find_command(words.command);
            if (!words.command.empty() && info == nullptr) throw unknown_command(words.command);
            const std::string page = info != nullptr ? help_page(*info) : overview();
            print(words.json ? serialise(Json{{"help", page}}) : page);
            return done;
        }
        if (words.command.empty()) {
            words.command = "version";
            std::erase_if(words.rest, [](const std::string& w) { return w == "--version" || w == "-V"; });
        }
        const CommandInfo* const info = find_command(words.command);
        if (info == nullptr) throw unknown_command(words.command);
        return run(*info, words, typed(argc, argv));
    } catch (...) {  // as above
        return show(describe(std::current_exception(), false), words.json, false);
    }
}

}  // namespace

}  // namespace tamis::cli

int main(int argc, char** argv) {
    return tamis::cli::program(argc, argv);
}
