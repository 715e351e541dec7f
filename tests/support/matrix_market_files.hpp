// The corpus of Matrix Market files, and other ways to deliver their bytes.
#pragma once

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <ostream>
#include <sstream>
#include <streambuf>
#include <string>
#include <vector>

#include "sparse/matrix_market/compress.hpp"
#include "sparse/matrix_market/read.hpp"
#include "support/folder.hpp"

namespace tamis::test {

namespace mm = detail::matrix_market;

/// One file of the corpus, named after its stem in test names.
struct CorpusFile {
    std::filesystem::path path;
    [[nodiscard]] std::string text() const { return contents(path); }
    /// The file beside it with another ending.
    [[nodiscard]] std::string companion(const char* ending) const {
        return contents(std::filesystem::path(path).replace_extension(ending));
    }
    friend std::ostream& operator<<(std::ostream& out, const CorpusFile& file) { return out << file.path.filename(); }
};

inline std::vector<CorpusFile> corpus(const char* group) {
    std::vector<CorpusFile> files;
    for (const auto& entry :
         std::filesystem::directory_iterator(std::filesystem::path(TAMIS_TEST_DATA) / "matrix_market" / group))
        if (entry.path().extension() == ".mtx") files.push_back({entry.path()});
    std::sort(files.begin(), files.end(), [](const auto& a, const auto& b) { return a.path < b.path; });
    return files;
}

/// A stream buffer that never has more than one byte.
class OneByteAtATime : public std::streambuf {
  public:
    explicit OneByteAtATime(std::string text) : text_(std::move(text)) {}

  protected:
    int_type underflow() override {
        if (position_ == text_.size()) return traits_type::eof();
        byte_ = text_[position_++];
        setg(&byte_, &byte_, &byte_ + 1);
        return traits_type::to_int_type(byte_);
    }

  private:
    std::string text_;
    std::size_t position_ = 0;
    char byte_ = 0;
};

inline std::string compressed(const std::string& text, mm::Compression kind) {
    mm::Compressor compressor(kind);
    return std::string(compressor.compress(text));
}

/// The text in several members or frames, cut in the middle.
inline std::string compressed_in_parts(const std::string& text, mm::Compression kind) {
    const auto half = text.size() / 2;
    return compressed(text.substr(0, half), kind) + compressed("", kind) + compressed(text.substr(half), kind);
}

}  // namespace tamis::test
