#include "writing.hpp"

#include <filesystem>

#include <fmt/format.h>

namespace tamis::cli {

namespace fs = std::filesystem;

void inspect(Written& written) {
    std::error_code error;
    if (written.path == "-" || !fs::is_regular_file(written.path, error)) return;
    written.head = matrix_market_info(fs::path(written.path));
    const auto size = fs::file_size(written.path, error);
    if (!error) written.bytes = static_cast<std::int64_t>(size);
}

void add_written(Result& result, const Written& written) {
    Section s{"Written"};
    s.rows.push_back({"size", fmt::format("{} × {}", count_text(written.rows), count_text(written.cols)),
                      fmt::format("{}", written.nnz == 1 ? "1 entry" : count_text(written.nnz) + " entries")});
    result.json["rows"] = written.rows;
    result.json["cols"] = written.cols;
    result.json["nnz"] = written.nnz;
    if (written.head) {
        const MatrixMarketInfo& h = *written.head;
        result.json["format"] = to_string(h.format);
        result.json["field"] = to_string(h.field);
        result.json["symmetry"] = to_string(h.symmetry);
        result.json["entries"] = h.entries;
        s.rows.push_back({"file", fmt::format("{} {} {}", to_string(h.format), to_string(h.field), to_string(h.symmetry)),
                          h.entries == 1 ? "1 entry stored" : count_text(h.entries) + " entries stored"});
    }
    if (written.bytes >= 0) {
        result.json["bytes"] = written.bytes;
        s.rows.push_back({"bytes", bytes_text(written.bytes)});
    }
    result.document.sections.push_back(std::move(s));
}

}  // namespace tamis::cli
