// Files that a command reads, and the scalar and index that they ask for.
#pragma once

#include <cstdint>
#include <filesystem>
#include <istream>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <tamis/core/dense_types.hpp>
#include <tamis/sparse/csr.hpp>
#include <tamis/sparse/matrix_market.hpp>

#include "session.hpp"

namespace tamis::cli {

/// A Matrix Market file of the command line: its head first, then, once, its body. Standard input, pipes and devices are
/// read only once, front to back.
class Input {
  public:
    /// `name` is a path, or "-". Throws IoError, ParseError.
    Input(std::string name, Session& session);
    ~Input();
    Input(const Input&) = delete;
    Input& operator=(const Input&) = delete;

    /// For messages.
    [[nodiscard]] std::string label() const { return name_ == "-" ? "standard input" : name_; }
    [[nodiscard]] const MatrixMarketInfo& info() const noexcept { return info_; }
    [[nodiscard]] bool complex() const noexcept { return info_.field == MatrixMarketField::complex; }
    /// True if int32 cannot number its rows, columns or entries.
    [[nodiscard]] bool needs_int64() const noexcept;
    /// Entries that the file can really hold, whatever its head promises: both triangles of a symmetric one counted.
    [[nodiscard]] std::int64_t entry_bound() const noexcept;

    template <class T, class I>
    [[nodiscard]] Csr<T, I> read_sparse();
    template <class T>
    [[nodiscard]] Matrix<T> read_dense();

  private:
    template <class F>
    decltype(auto) reading(F read);

    std::string name_;
    Session& session_;
    MatrixMarketInfo info_;
    std::int64_t file_bytes_ = -1;  ///< decompressed size or a bound for it; -1: unknown
    bool compressed_ = false;
    class Replay;
    std::unique_ptr<std::istream> file_;
    std::unique_ptr<Replay> replay_;
    std::unique_ptr<std::istream> stream_;  ///< nothing for a plain file, which is read by its path
};

/// Refuses a command line that reads standard input more than once.
void check_one_standard_input(std::initializer_list<std::string> names);

/// Refuses, before any work, an output whose folder is not there.
void check_output(const std::string& option, const std::string& path);

/// Carries types to a generic lambda.
template <class Scalar_, class Index_ = std::int32_t>
struct Types {
    using T = Scalar_;
    using I = Index_;
};

/// Calls f(Types<T, I>{}) for the scalar and index that the options and the inputs ask for.
template <class F>
auto with_types(const CommonOptions& options, bool complex, bool needs_int64, F&& f) {
    const bool wide = options.index == 64 || (options.index == 0 && needs_int64);
    const auto with_scalar = [&](auto scalar) {
        using T = decltype(scalar);
        if (wide) return f(Types<T, std::int64_t>{});
        return f(Types<T, std::int32_t>{});
    };
    if (options.scalar == RealKind::single_precision)
        return complex ? with_scalar(std::complex<float>{}) : with_scalar(float{});
    return complex ? with_scalar(std::complex<double>{}) : with_scalar(double{});
}

}  // namespace tamis::cli
