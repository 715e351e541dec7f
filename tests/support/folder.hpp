// A folder of its own for a test that writes files.
#pragma once

#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <system_error>

namespace tamis::test {

/// Fresh and empty; removed with everything in it at the end of its scope.
class Folder {
  public:
    Folder() {
        // The six last letters are those that mkdtemp replaces.
        std::string name = (std::filesystem::temp_directory_path() / "tamis-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp failed");
        path_ = name;
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    ~Folder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    [[nodiscard]] std::filesystem::path operator/(const std::string& name) const { return path_ / name; }
    /// How many files are in it.
    [[nodiscard]] std::size_t files() const {
        using std::filesystem::directory_iterator;
        return static_cast<std::size_t>(std::distance(directory_iterator(path_), directory_iterator()));
    }

  private:
    std::filesystem::path path_;
};

/// All bytes of a file; none if it cannot be read.
inline std::string contents(const std::filesystem::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

}  // namespace tamis::test
