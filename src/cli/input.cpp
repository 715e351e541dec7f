#include "input.hpp"

#include <algorithm>
#include <complex>
#include <fstream>
#include <iostream>
#include <limits>
#include <streambuf>
#include <vector>

#include <fmt/format.h>

#include <tamis/core/error.hpp>

namespace tamis::cli {

namespace fs = std::filesystem;

/// A source that is remembered while its head is read, so that it can be read from the start once more; after that it passes
/// through without being kept.
class Input::Replay final : public std::streambuf {
  public:
    explicit Replay(std::streambuf* source) : source_(source), block_(1 << 16) {}

    void rewind() {
        replaying_ = true;
        setg(kept_.data(), kept_.data(), kept_.data() + kept_.size());
    }

  protected:
    int_type underflow() override {
        if (gptr() < egptr()) return traits_type::to_int_type(*gptr());
        const std::streamsize n = source_->sgetn(block_.data(), static_cast<std::streamsize>(block_.size()));
        if (n <= 0) return traits_type::eof();
        if (!replaying_) kept_.insert(kept_.end(), block_.data(), block_.data() + n);
        setg(block_.data(), block_.data(), block_.data() + n);
        return traits_type::to_int_type(*gptr());
    }

  private:
    std::streambuf* source_;
    std::vector<char> block_;
    std::vector<char> kept_;
    bool replaying_ = false;
};

namespace {

bool has_ending(const std::string& name, std::string_view ending) {
    return name.size() >= ending.size() && name.ends_with(ending);
}

/// The same error under the file's own name.
ParseError renamed(const ParseError& e, const std::string& name) {
    const std::string prefix = fmt::format("{}:{}:{}: ", e.file(), e.line(), e.column());
    std::string message = e.what();
    if (message.starts_with(prefix)) message.erase(0, prefix.size());
    return ParseError(name, e.line(), e.column(), message);
}

}  // namespace

template <class F>
decltype(auto) Input::reading(F read) {
    if (!stream_) return read(fs::path(name_));
    try {
        return read(*stream_);
    } catch (const ParseError& e) {
        throw renamed(e, name_);
    }
}

Input::Input(std::string name, Session& session) : name_(std::move(name)), session_(session) {
    session_.stage("reading " + label());
    std::error_code error;
    if (name_ == "-") {
        std::ios::sync_with_stdio(false);
        replay_ = std::make_unique<Replay>(std::cin.rdbuf());
    } else {
        const fs::file_status status = fs::status(name_, error);
        if (!fs::exists(status)) throw IoError(fmt::format("cannot read {}: there is no such file", name_));
        if (fs::is_directory(status)) throw IoError(fmt::format("cannot read {}: it is a directory", name_));
        if (fs::is_regular_file(status)) {
            compressed_ = has_ending(name_, ".gz") || has_ending(name_, ".zst");
            const auto size = fs::file_size(name_, error);
            if (!error) file_bytes_ = static_cast<std::int64_t>(size);
        } else {
            auto file = std::make_unique<std::ifstream>(name_, std::ios::binary);
            if (!*file) throw IoError(fmt::format("cannot open {}", name_));
            replay_ = std::make_unique<Replay>(file->rdbuf());
            file_ = std::move(file);
        }
    }
    if (replay_) stream_ = std::make_unique<std::istream>(replay_.get());
    info_ = reading([](auto&& source) { return matrix_market_info(source); });
    if (replay_) {
        replay_->rewind();
        stream_->clear();
    }
    session_.check("reading");
}

Input::~Input() = default;

bool Input::needs_int64() const noexcept {
    constexpr std::int64_t most = std::numeric_limits<std::int32_t>::max();
    return info_.rows > most || info_.cols > most || entry_bound() > most;
}

std::int64_t Input::entry_bound() const noexcept {
    std::int64_t n = info_.entries;
    if (file_bytes_ >= 0) {
        // The shortest entry is "1 1\n" in a coordinate file and "1\n" in an array; no compression here beats a
        // thousandfold.
        const std::int64_t bytes = compressed_ ? file_bytes_ * std::int64_t{1100} : file_bytes_;
        n = std::min(n, bytes / (info_.format == MatrixMarketFormat::coordinate ? 4 : 2) + 1);
    }
    const bool half = info_.symmetry != MatrixMarketSymmetry::general;
    return half && n < std::numeric_limits<std::int64_t>::max() / 2 ? 2 * n : n;
}

template <class T, class I>
Csr<T, I> Input::read_sparse() {
    session_.stage("reading " + label());
    const auto bytes = static_cast<double>(entry_bound()) * (sizeof(T) + sizeof(I));
    if (stream_ == nullptr)
        session_.require_memory(static_cast<std::int64_t>(std::min(bytes, 9e18)), "the matrix in " + label());
    auto A = reading([](auto&& source) { return read_matrix_market<T, I>(source); });
    session_.require_memory(
        A.nnz() * static_cast<std::int64_t>(sizeof(T) + sizeof(I)) + (A.rows() + 1) * static_cast<std::int64_t>(sizeof(I)),
        "the matrix in " + label());
    session_.check("reading");
    return A;
}

template <class T>
Matrix<T> Input::read_dense() {
    session_.stage("reading " + label());
    const double bytes = static_cast<double>(info_.rows) * static_cast<double>(info_.cols) * sizeof(T);
    // An array file that promises more than it holds is refused for that, so only what can be there counts.
    const double most = info_.format == MatrixMarketFormat::array ? static_cast<double>(entry_bound()) * sizeof(T) : bytes;
    session_.require_memory(static_cast<std::int64_t>(std::min({bytes, most, 9e18})), "the dense matrix in " + label());
    auto X = reading([](auto&& source) { return read_matrix_market_dense<T>(source); });
    session_.check("reading");
    return X;
}

#define TAMIS_CLI_INSTANTIATE(T)                        \
    template Csr<T, std::int32_t> Input::read_sparse(); \
    template Csr<T, std::int64_t> Input::read_sparse(); \
    template Matrix<T> Input::read_dense();
TAMIS_CLI_INSTANTIATE(float)
TAMIS_CLI_INSTANTIATE(double)
TAMIS_CLI_INSTANTIATE(std::complex<float>)
TAMIS_CLI_INSTANTIATE(std::complex<double>)
#undef TAMIS_CLI_INSTANTIATE

void check_one_standard_input(std::initializer_list<std::string> names) {
    if (std::count(names.begin(), names.end(), "-") > 1)
        throw UsageError("'-' stands for standard input, which can be read only once", "tamis solve A.mtx - < b.mtx");
}

void check_output(const std::string& option, const std::string& path) {
    if (path.empty() || path == "-") return;
    std::error_code error;
    const fs::path folder = fs::path(path).parent_path();
    if (!folder.empty() && !fs::is_directory(folder, error))
        throw UsageError(fmt::format("{}: the folder {} does not exist", option, folder.string()));
    if (fs::is_directory(path, error)) throw UsageError(fmt::format("{}: {} is a directory", option, path));
}

}  // namespace tamis::cli
