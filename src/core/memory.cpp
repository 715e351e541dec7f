#include "core/memory.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <limits>
#include <string>

#include <tamis/core/error.hpp>

namespace tamis::detail {

namespace {

constexpr std::int64_t unlimited = std::numeric_limits<std::int64_t>::max();

// The number a file begins with; -1 if there is none ("max", or no such file).
std::int64_t read_number(const std::string& path) {
    std::ifstream file(path);
    std::int64_t value = -1;
    return file >> value && value >= 0 ? value : -1;
}

// The number behind `key` in a file of "key value" lines; -1 if there is none.
std::int64_t read_field(const std::string& path, const std::string& key) {
    std::ifstream file(path);
    std::string word;
    while (file >> word) {
        std::int64_t value = -1;
        if (word == key && file >> value) return value;
        file.clear();
        file.ignore(std::numeric_limits<std::streamsize>::max(), '\n');
    }
    return -1;
}

// What one control group leaves: limit − usage, where page cache that can be dropped does not count as used.
std::int64_t group_leaves(const std::string& folder, const char* limit_file, const char* usage_file, const char* cache_key) {
    const auto limit = read_number(folder + limit_file);
    const auto usage = read_number(folder + usage_file);
    // Version 1 writes a number near 2⁶³ for "no limit".
    if (limit < 0 || usage < 0 || limit > unlimited / 2) return unlimited;
    const auto cache = std::max<std::int64_t>(0, read_field(folder + "/memory.stat", cache_key));
    return std::max<std::int64_t>(0, limit - std::max<std::int64_t>(0, usage - cache));
}

// The least of what the group and its ancestors leave.
template <class Leaves>
std::int64_t along_ancestors(const std::string& root, std::string group, const Leaves& leaves) {
    std::int64_t least = unlimited;
    for (;;) {
        least = std::min(least, leaves(root + group));
        if (group.empty() || group == "/") return least;
        group.erase(group.rfind('/') == std::string::npos ? 0 : group.rfind('/'));
    }
}

std::int64_t groups_leave() {
    std::int64_t least = unlimited;
    std::ifstream file("/proc/self/cgroup");
    std::string line;
    // Lines are id:controllers:path; version 2 has no controllers.
    while (std::getline(file, line)) {
        const auto first = line.find(':');
        const auto second = first == std::string::npos ? first : line.find(':', first + 1);
        if (second == std::string::npos) continue;
        std::string controllers = line.substr(first, second - first + 1);  // ":a,b:"
        for (char& c : controllers)
            if (c == ':') c = ',';
        const std::string group = line.substr(second + 1);
        if (controllers == ",,") {
            least = std::min(least, along_ancestors("/sys/fs/cgroup", group, [](const std::string& folder) {
                                 return group_leaves(folder, "/memory.max", "/memory.current", "inactive_file");
                             }));
        } else if (controllers.find(",memory,") != std::string::npos) {
            least = std::min(least, along_ancestors("/sys/fs/cgroup/memory", group, [](const std::string& folder) {
                                 return group_leaves(folder, "/memory.limit_in_bytes", "/memory.usage_in_bytes",
                                                     "total_inactive_file");
                             }));
        }
    }
    return least;
}

}  // namespace

std::int64_t available_memory() noexcept {
    try {
        const auto kibibytes = read_field("/proc/meminfo", "MemAvailable:");
        return std::min(kibibytes < 0 ? unlimited : kibibytes * 1024, groups_leave());
    } catch (...) {
        return unlimited;  // no memory to ask: the allocation itself will say
    }
}

std::string human_bytes(double bytes) {
    constexpr std::array units{"B", "KiB", "MiB", "GiB", "TiB", "PiB"};
    std::size_t unit = 0;
    while (bytes >= 1024 && unit + 1 < units.size()) {
        bytes /= 1024;
        ++unit;
    }
    std::array<char, 64> text{};
    std::snprintf(text.data(), text.size(), unit == 0 ? "%.0f %s" : "%.1f %s", bytes, units[unit]);
    return text.data();
}

void require_memory(const char* what, double predicted, std::int64_t limit) {
    if (limit < 0)
        throw InvalidArgument(std::string(what) + ": a memory limit of " + std::to_string(limit) +
                              " bytes was given; it must be positive, or 0 for what the machine has left");
    const bool automatic = limit == 0;
    if (automatic) limit = available_memory();
    if (predicted <= static_cast<double>(limit)) return;  // fails on NaN
    // Beyond 2⁶³ the count itself no longer matters.
    const auto count = predicted < 9e18 ? static_cast<std::int64_t>(predicted) : std::numeric_limits<std::int64_t>::max();
    throw MemoryLimitExceeded(
        std::string(what) + ": the factorization is predicted to take " + human_bytes(predicted) + ", more than the " +
            human_bytes(static_cast<double>(limit)) +
            (automatic ? " that this machine (or its control group) has left" : " allowed by the memory limit") +
            "; another ordering may fill less, or use an iterative method",
        count, limit);
}

}  // namespace tamis::detail
