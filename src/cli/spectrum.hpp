// What eigs and svds have in common: the progress line, the table of pairs, the files, the JSON.
#pragma once

#include <chrono>
#include <complex>
#include <string>
#include <vector>

#include <fmt/format.h>

#include <tamis/iterative/eigen/result.hpp>

#include "output.hpp"
#include "session.hpp"
#include "writing.hpp"

namespace tamis::cli {

/// What is the same in EigenResult and SvdResult, for the words about it.
struct SpectrumReport {
    std::string title;
    std::string value_name;  ///< "eigenvalue", "singular value"
    std::string residual_name;
    std::vector<std::complex<double>> values;
    std::vector<double> residual_norms;
    Status status = Status::converged;
    std::int64_t iterations = 0;
    std::int64_t matvecs = 0;
    double seconds = 0;
    std::string message;
    bool complex_values = false;
};

template <class Values, class R>
SpectrumReport spectrum_report(const Values& values, const R& r) {
    SpectrumReport report;
    for (std::int64_t j = 0; j < values.size(); ++j) {
        if constexpr (is_complex_v<typename Values::Scalar>) report.values.emplace_back(values[j].real(), values[j].imag());
        else report.values.emplace_back(static_cast<double>(values[j]), 0.0);
    }
    report.complex_values = is_complex_v<typename Values::Scalar>;
    report.residual_norms.assign(r.residual_norms.begin(), r.residual_norms.end());
    report.status = r.status;
    report.iterations = r.iterations;
    report.matvecs = r.matvecs;
    report.seconds = r.seconds;
    report.message = r.message;
    return report;
}

/// Has the progress line tell how many pairs have converged; a few times a second.
[[nodiscard]] EigenCallback watch_pairs(Session& session, const std::string& stage);

/// The table and the JSON of a report; exit code 1 unless everything has converged.
[[nodiscard]] Result spectrum_result(const SpectrumReport& report);

/// Writes M to `path` unless that is empty, and says so in the result.
template <class M>
void write_if_wanted(Session& session, const std::string& path, const M& matrix, const std::string& what,
                     const std::string& comment, Result& result) {
    if (path.empty()) return;
    MatrixMarketWriteOptions write;
    write.comment = comment;
    write_matrix(session, path, matrix, write);
    result.output_on_stdout = result.output_on_stdout || path == "-";
    result.output_in_file = result.output_in_file || path != "-";
    result.document.sections.front().rows.push_back({what + " written to", path == "-" ? "standard output" : path});
}

}  // namespace tamis::cli
