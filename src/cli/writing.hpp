// Matrices that a command writes, and what it then says about the file.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include <tamis/sparse/matrix_market.hpp>

#include "input.hpp"
#include "output.hpp"
#include "session.hpp"

namespace tamis::cli {

/// What was written, and what the file says of itself where it can be read again.
struct Written {
    std::int64_t rows = 0;
    std::int64_t cols = 0;
    std::int64_t nnz = 0;  ///< entries of the matrix, both triangles
    std::string path;      ///< "-" is standard output
    std::optional<MatrixMarketInfo> head;
    std::int64_t bytes = -1;  ///< of the file; -1 if it is not one
};

/// Completes `written` from the file at its path.
void inspect(Written& written);

/// Adds a section to the document, and fields to the JSON.
void add_written(Result& result, const Written& written);

/// Writes a sparse or dense matrix to `path` ("-" is standard output): the whole file or none.
template <class M>
Written write_matrix(Session& session, const std::string& path, const M& A, const MatrixMarketWriteOptions& options) {
    session.stage("writing");
    session.check("preparing the output");
    session.claim_end();
    write_matrix_market(std::filesystem::path(path), A, options);
    Written w;
    w.rows = A.rows();
    w.cols = A.cols();
    if constexpr (SparseMatrix<M>) w.nnz = A.nnz();
    else w.nnz = A.rows() * A.cols();
    w.path = path;
    inspect(w);
    return w;
}

}  // namespace tamis::cli
