// What became of each matrix. ctest runs every test in a process of its own, so each writes its outcome to a file, and a
// last one counts them.
#pragma once

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <map>
#include <mutex>
#include <string>

namespace tamis::test {

enum class Outcome { solved, solved_with_warning, refused_structurally, refused_numerically, least_squares, left_out };
inline constexpr std::array<const char*, 6> outcome_words{"solved",
                                                          "solved with the warning that no digit can be trusted",
                                                          "refused as structurally singular",
                                                          "refused as numerically singular",
                                                          "least squares",
                                                          "left out with the GPL parts"};

inline std::map<std::string, std::pair<Outcome, std::string>>& outcomes() {
    static std::map<std::string, std::pair<Outcome, std::string>> all;
    return all;
}

/// Keeps the outcome for the last line of this process and for the count of the whole run. `reason`: why the index calls the
/// matrix singular.
inline void record_outcome(const std::string& name, Outcome outcome, const std::string& reason) {
    outcomes()[name] = {outcome, reason};
    const std::filesystem::path folder = TAMIS_OUTCOMES;
    std::filesystem::create_directories(folder);
    std::ofstream(folder / (name + ".txt")) << outcome_words[static_cast<std::size_t>(outcome)] << "\t" << reason << "\n";
}

/// "80 real matrices: 54 solved, …"
inline std::string outcomes_line() {
    std::string line = std::to_string(outcomes().size()) + " real matrices";
    std::string separator = ": ";
    for (std::size_t k = 0; k < outcome_words.size(); ++k) {
        const auto count = std::count_if(outcomes().begin(), outcomes().end(),
                                         [k](const auto& o) { return static_cast<std::size_t>(o.second.first) == k; });
        line += separator + std::to_string(count) + " " + outcome_words[k];
        separator = ", ";
    }
    for (const auto& [name, outcome] : outcomes())
        if (!outcome.second.empty())
            line += "\n  " + name + ": " + outcome_words[static_cast<std::size_t>(outcome.first)] +
                    " (the index: " + outcome.second + ")";
    return line;
}

}  // namespace tamis::test
