#include "spectrum.hpp"

#include <algorithm>

#include "failure.hpp"

namespace tamis::cli {

namespace {

/// With all digits that can be told apart.
std::string value_text(std::complex<double> value, bool complex_values) {
    if (!complex_values) return fmt::format("{:.12g}", value.real());
    return fmt::format("{:.12g} {} {:.12g}i", value.real(), value.imag() < 0 ? "−" : "+", std::abs(value.imag()));
}

}  // namespace

EigenCallback watch_pairs(Session& session, const std::string& stage) {
    if (!session.shows_progress()) return {};
    return [&session, stage, last = Session::Clock::time_point{}](const EigenIterationInfo& info) mutable {
        if (const auto now = Session::Clock::now(); now - last > std::chrono::milliseconds(50)) {
            last = now;
            session.stage(fmt::format("{}: {} of {} converged, iteration {}, residual {}", stage, info.converged,
                                      info.wanted, count_text(info.iteration), number_text(info.residual_norm)));
        }
        return true;
    };
}

Result spectrum_result(const SpectrumReport& report) {
    Result result;
    const bool converged = report.status == Status::converged;
    Json values = Json::array(), residuals = Json::array();
    for (const auto& value : report.values)
        values.push_back(report.complex_values ? Json::array({json_number(value.real()), json_number(value.imag())})
                                               : json_number(value.real()));
    for (const double norm : report.residual_norms) residuals.push_back(json_number(norm));
    result.json = Json{{"values", std::move(values)},
                       {"residual_norms", std::move(residuals)},
                       {"status", std::string(to_string(report.status))},
                       {"converged", converged},
                       {"iterations", report.iterations},
                       {"matvecs", report.matvecs},
                       {"seconds", report.seconds},
                       {"message", report.message}};
    result.document.title = report.title;
    Section found{"Answer"};
    found.rows.push_back({"status", std::string(to_string(report.status)), "", converged ? Tone::good : Tone::caution});
    found.rows.push_back({"iterations", count_text(report.iterations)});
    found.rows.push_back({"products", count_text(report.matvecs)});
    found.rows.push_back({"time", seconds_text(report.seconds)});
    result.document.sections.push_back(std::move(found));
    Section pairs{"Values"};
    for (std::size_t j = 0; j < report.values.size(); ++j)
        pairs.rows.push_back({fmt::format("{} {}", report.value_name, j + 1),
                              value_text(report.values[j], report.complex_values),
                              j < report.residual_norms.size()
                                  ? fmt::format("{} {}", report.residual_name, number_text(report.residual_norms[j]))
                                  : ""});
    result.document.sections.push_back(std::move(pairs));
    result.document.sections.push_back({"How", {}, {report.message}});
    if (!converged) {
        result.exit_code = numerical_failure;
        result.warnings.push_back(report.message);
    }
    return result;
}

}  // namespace tamis::cli
