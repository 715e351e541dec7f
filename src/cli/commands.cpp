#include "command.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <tamis/core/version.hpp>

namespace tamis::cli {

namespace {

const std::array<CommandInfo, 10> table = {{
    {"info", "A.mtx", "structure, norms, bandwidth, what solve would do and why",
     "Reads a Matrix Market file (.gz and .zst too; - is standard input) and measures it: symmetry, bandwidth, definiteness "
     "of the diagonal, block structure, structural rank, norms. Nothing that the file claims is believed unmeasured.",
     "tamis info A.mtx", make_info},
    {"solve", "A.mtx [b.mtx] [-o x.mtx]", "solve A x = b, with the evidence",
     "Chooses the method by the structure of A, refines the answer until its backward error keeps the promise "
     "10·max(10, √n)·ε, and reports residual, backward error, condition and the digits that can be trusted. b may have "
     "several columns. Without b, b = A·1 is solved, whose answer is known, and the forward error is shown. A rectangular A "
     "gives the least-squares or minimum-norm solution.",
     "tamis solve A.mtx b.mtx -o x.mtx", make_solve, true},
    {"lstsq", "A.mtx b.mtx [-o x.mtx]", "least squares: the minimum-norm x that minimises ‖b − Ax‖",
     "Works for any shape and rank, by a rank-revealing sparse QR. Of all x that minimise ‖b − Ax‖₂ it gives the shortest.",
     "tamis lstsq A.mtx b.mtx -o x.mtx", make_lstsq, true},
    {"eigs", "A.mtx [-k n]", "a few eigenvalues and eigenvectors, with their residuals",
     "Of a Hermitian matrix by Lanczos or another method of eigsh, with its inverse where those in the middle or at zero "
     "are "
     "asked for; of any other by Krylov–Schur. Residuals are computed afresh, and where a factor allows it the eigenvalues "
     "are counted, so that none is missing.",
     "tamis eigs A.mtx -k 6 --which SA", make_eigs, true},
    {"svds", "A.mtx [-k n]", "a few singular values and vectors, with their residuals",
     "By Golub–Kahan–Lanczos bidiagonalization of A itself, so that small singular values keep their digits.",
     "tamis svds A.mtx -k 6", make_svds, true},
    {"predict", "A.mtx", "what factoring A would take, by each ordering: entries, operations, memory, seconds",
     "Analyses the pattern only: nothing of the factor's size is allocated, so a matrix far too large for this machine can "
     "be "
     "asked about. The first prediction is of what would be done by default. Seconds are a model fitted to this machine; "
     "the "
     "rest is exact for Cholesky, estimates or upper bounds for LU and QR.",
     "tamis predict A.mtx", make_predict},
    {"convert", "IN OUT", "rewrite a Matrix Market file: symmetry, format, precision, compression",
     "Reads any Matrix Market file and writes it anew: sorted, duplicates summed. The endings .gz and .zst compress; "
     "- is standard input or output. The symmetry of the input is kept unless another is asked for: 'detect' finds the "
     "strongest one that the values have, 'general' writes every entry.",
     "tamis convert A.mtx A.mtx.zst --symmetry detect", make_convert},
    {"generate", "KIND [sizes…] [-o A.mtx]", "model problems: Poisson, elasticity, convection, random, R-MAT",
     "Writes a model problem as a Matrix Market file, to standard output if no -o is given. Sizes left out equal the first.",
     "tamis generate poisson3d 100 -o A.mtx", make_generate},
    {"version", "", "version, and what this build contains",
     "Says which version this is, what it was built with, and "
     "whether the GPL parts are in it.",
     "tamis version", make_version},
    {"help", "[CMD]", "this overview, or the page of one command", "Shows what a command takes and does.",
     "tamis help solve", make_help},
}};

/// Text broken at spaces, every line indented.
std::string paragraph(std::string_view text, std::size_t indent, std::size_t width) {
    std::string out;
    std::string line;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find(' '), text.size());
        const std::string_view word = text.substr(0, end);
        if (!line.empty() && indent + display_width(line) + 1 + display_width(word) > width) {
            out += std::string(indent, ' ') + line + "\n";
            line.clear();
        }
        line += (line.empty() ? "" : " ") + std::string(word);
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return out + std::string(indent, ' ') + line + "\n";
}

struct OptionLine {
    std::string left;
    std::string right;
    std::string group;
};

std::vector<OptionLine> option_lines(CLI::App& app) {
    std::vector<OptionLine> lines;
    for (const CLI::Option* o : app.get_options()) {
        if (o->get_group().empty()) continue;
        std::string left;
        if (o->get_positional()) {
            left = o->get_name(true, false);
        } else {
            for (const std::string& s : o->get_snames()) left += (left.empty() ? "-" : ", -") + s;
            for (const std::string& l : o->get_lnames()) left += (left.empty() ? "    --" : ", --") + l;
        }
        if (!o->get_type_name().empty() && !o->get_positional()) left += " " + o->get_type_name();
        lines.push_back({left, o->get_description(), o->get_positional() ? "Arguments" : o->get_group()});
    }
    return lines;
}

}  // namespace

std::span<const CommandInfo> commands() {
    return table;
}

const CommandInfo* find_command(std::string_view name) {
    for (const CommandInfo& c : table)
        if (c.name == name) return &c;
    return nullptr;
}

UsageError unknown_command(std::string_view name) {
    std::vector<std::string_view> names;
    for (const CommandInfo& c : table) names.push_back(c.name);
    const auto near = nearest(name, names);
    std::string message = fmt::format("there is no command '{}'", name);
    message += near ? fmt::format("; did you mean '{}'?", *near) : fmt::format("; the commands are {}", [&] {
        std::string all;
        for (std::size_t i = 0; i < names.size(); ++i)
            all += (i == 0 ? "" : i + 1 == names.size() ? " and " : ", ") + std::string(names[i]);
        return all;
    }());
    return UsageError(message, near ? std::string(find_command(*near)->example) : "tamis help");
}

std::string overview() {
    std::string s = fmt::format("tamis {}: solves sparse linear systems, and shows the evidence\n\n", version());
    s += "Usage: tamis COMMAND [arguments] [options]\n\nCommands:\n";
    for (const CommandInfo& c : table) s += fmt::format("  {:<10}{}\n", c.name, c.summary);
    s += "\nEverywhere: --json  --report FILE.html  --threads N  --memory-limit SIZE  --time-limit TIME\n"
         "            --index 32|64  --scalar float|double  --quiet\n"
         "\nFiles are Matrix Market files; .gz and .zst are (de)compressed, - is standard input or output.\n"
         "Exit codes: 0 done, 1 numerical failure, 2 bad usage or bad input, 3 over a limit, 4 internal error.\n"
         "\nFirst steps:\n"
         "  tamis generate poisson2d 300 -o A.mtx\n"
         "  tamis info A.mtx\n"
         "  tamis solve A.mtx\n"
         "\n'tamis help COMMAND' tells more.\n";
    return s;
}

std::string help_page(const CommandInfo& info) {
    CLI::App app;
    app.set_help_flag("-h,--help", "this page")->group("Options");
    const auto command = info.make();
    command->declare(app);
    CommonWords words;
    add_common_options(app, words);
    std::string s = fmt::format("tamis {}: {}\n\nUsage: tamis {}{}{} [options]\n\n", info.name, info.summary, info.name,
                                info.arguments.empty() ? "" : " ", info.arguments);
    s += paragraph(info.description, 0, 100);
    const auto lines = option_lines(app);
    for (const char* group : {"Arguments", "Options", everywhere_group}) {
        bool titled = false;
        for (const OptionLine& line : lines) {
            if (line.group != group) continue;
            if (!titled) s += fmt::format("\n{}:\n", group);
            titled = true;
            constexpr std::size_t column = 32;
            std::string right = paragraph(line.right, column, 112);
            if (const std::size_t width = 2 + display_width(line.left); width < column)
                right.replace(0, column, "  " + line.left + std::string(column - width, ' '));
            else right.insert(0, "  " + line.left + "\n");
            s += right;
        }
    }
    s += fmt::format("\nExample:\n  {}\n", info.example);
    return s;
}

}  // namespace tamis::cli
