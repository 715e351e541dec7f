// tamis predict: what factoring a matrix would take, by each ordering, before any number of the factor is computed.
#include <algorithm>
#include <array>
#include <optional>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <tamis/core/error.hpp>
#include <tamis/sparse/analysis.hpp>
#include <tamis/sparse/cholesky.hpp>
#include <tamis/sparse/ldlt.hpp>
#include <tamis/sparse/lu.hpp>
#include <tamis/sparse/model_problems.hpp>
#include <tamis/sparse/qr.hpp>

#include "command.hpp"
#include "describe.hpp"
#include "input.hpp"

namespace tamis::cli {

namespace {

constexpr std::array orderings = {Ordering::automatic, Ordering::amd, Ordering::colamd, Ordering::nested_dissection,
                                  Ordering::natural};

/// Seconds of the numeric phase as a·entries + b·operations, fitted on this machine with this many threads to two model
/// problems: one whose factor is thin, bound by memory, and one whose dense blocks are large, bound by arithmetic.
class Speed {
  public:
    template <class Factor>
    Speed(const Factor& factor, std::int64_t nx_2d, std::int64_t nx_3d) {
        const FactorInfo thin = factor(poisson_2d<double>(nx_2d, nx_2d));
        const FactorInfo thick = factor(poisson_3d<double>(nx_3d, nx_3d, nx_3d));
        // Alternating: each number from the problem that it dominates, given the other.
        for (int pass = 0; pass < 20; ++pass) {
            per_operation_ = fit(thick, thick.flops, entries(thick) * per_entry_);
            per_entry_ = fit(thin, entries(thin), thin.flops * per_operation_);
        }
    }
    [[nodiscard]] double seconds(double factor_nonzeros, double flops) const {
        return factor_nonzeros * per_entry_ + flops * per_operation_;
    }

  private:
    static double entries(const FactorInfo& info) { return static_cast<double>(info.factor_nonzeros); }
    // At least a tenth of the time is this term's, so that noise makes no number negative.
    static double fit(const FactorInfo& info, double amount, double rest) {
        return std::max(info.seconds.factor - rest, 0.1 * info.seconds.factor) / std::max(amount, 1.0);
    }
    double per_entry_ = 0;
    double per_operation_ = 0;
};

Speed speed_of(Method method) {
    switch (method) {
        case Method::cholesky: return {[](const auto& A) { return cholesky(A).info(); }, 150, 25};
        case Method::ldlt: return {[](const auto& A) { return ldlt(A).info(); }, 100, 14};
        case Method::qr: return {[](const auto& A) { return qr(A).info(); }, 60, 12};
        default: return {[](const auto& A) { return lu(A).info(); }, 120, 18};
    }
}

struct Prediction {
    Ordering asked = Ordering::automatic;
    std::optional<Analysis> analysis;
    std::string failure;  ///< why there is none
    double seconds = 0;   ///< analysis, as measured, and numeric phase, as expected
};

class PredictCommand final : public Command {
  public:
    void declare(CLI::App& app) override {
        app.add_option("A.mtx", path_, "the matrix")->required();
        app.add_option("--method", method_word_, "auto, cholesky, ldlt, lu or qr (default: auto, by structure)")
            ->type_name("M")
            ->group("Options");
    }

    void read(const CommonOptions& common) override {
        check_output("--report", common.report);
        if (!method_word_.empty())
            method_ = method_from_string(parse_choice("--method", method_word_, {"auto", "cholesky", "ldlt", "lu", "qr"}));
    }

    Result run(Session& session) override {
        Input input(path_, session);
        return with_types(session.options(), input.complex(), input.needs_int64(),
                          [&]<class T, class I>(Types<T, I>) { return predict<T, I>(session, input); });
    }

  private:
    template <class T, class I>
    Result predict(Session& session, Input& input) {
        const auto A = input.template read_sparse<T, I>();
        std::vector<Prediction> predictions;
        for (const Ordering ordering : orderings) {
            // The method of the first analysis holds for all.
            const Method method = predictions.empty() ? method_ : predictions.front().analysis->method();
            if (ordering == Ordering::colamd && (method == Method::cholesky || method == Method::ldlt)) continue;
            session.stage("analysing, ordering " + std::string(to_string(ordering)));
            session.check("the symbolic analysis");
            predictions.push_back({ordering, std::nullopt, {}, 0});
            try {
                predictions.back().analysis.emplace(
                    analyze(A, {.method = method, .ordering = ordering, .stop = session.stop_token()}));
            } catch (const Unsupported& e) {
                if (ordering == Ordering::automatic) throw;
                predictions.back().failure = e.what();
            } catch (const IndexOverflow& e) {
                if (ordering == Ordering::automatic) throw;
                predictions.back().failure = e.what();
            }
        }
        const Analysis& chosen = *predictions.front().analysis;
        session.stage("measuring this machine");
        const Speed speed = speed_of(chosen.method());
        for (Prediction& p : predictions)
            if (p.analysis)
                p.seconds = p.analysis->seconds() +
                            speed.seconds(static_cast<double>(p.analysis->factor_nonzeros()), p.analysis->flops());

        Result result;
        result.json = Json{{"rows", A.rows()},
                           {"cols", A.cols()},
                           {"nnz", A.nnz()},
                           {"scalar", scalar_name<T>()},
                           {"method", method_word(chosen.method())},
                           {"ordering", to_string(chosen.ordering())},
                           {"predictions", Json::array()}};
        for (const Prediction& p : predictions) result.json["predictions"].push_back(to_json(p));
        result.document.title = fmt::format("{}: {}", input.label(), shape_text(A.view()));
        const std::int64_t limit = session.options().memory_limit;
        for (const Prediction& p : predictions) result.document.sections.push_back(section(p, chosen.ordering(), limit));
        result.document.sections.push_back(
            {"How this is known",
             {},
             {chosen.method() == Method::cholesky
                  ? "Entries and operations of the factor are exact, by symbolic elimination."
                  : "Entries and operations are estimates where pivots may stay on the diagonal, otherwise upper bounds.",
              "Seconds are those of the analysis as measured, and a linear model in entries and operations, fitted just now "
              "on this machine to two small problems."}});
        return result;
    }

    static Json to_json(const Prediction& p) {
        if (!p.analysis) return Json{{"ordering", to_string(p.asked)}, {"failure", p.failure}};
        return Json{{"ordering", to_string(p.asked)},
                    {"used", to_string(p.analysis->ordering())},
                    {"backend", p.analysis->backend()},
                    {"factor_nonzeros", p.analysis->factor_nonzeros()},
                    {"flops", json_number(p.analysis->flops())},
                    {"bytes", p.analysis->bytes()},
                    {"seconds", Json{{"analyze", p.analysis->seconds()}, {"expected", json_number(p.seconds)}}}};
    }

    static Section section(const Prediction& p, Ordering chosen, std::int64_t limit) {
        const bool automatic = p.asked == Ordering::automatic;
        Section s{automatic ? fmt::format("By itself: {}", to_string(chosen)) : std::string(to_string(p.asked))};
        if (!p.analysis) {
            s.sentences = {p.failure};
            s.tone = Tone::caution;
            return s;
        }
        const Analysis& a = *p.analysis;
        if (automatic) s.rows.push_back({"method", method_word(a.method()), a.backend(), Tone::good});
        s.rows.push_back({"factor nonzeros", count_text(a.factor_nonzeros())});
        s.rows.push_back({"operations", flops_text(a.flops())});
        const bool over = limit > 0 && a.bytes() > limit;
        s.rows.push_back({"memory at the peak", bytes_text(a.bytes()), over ? "over the limit of " + bytes_text(limit) : "",
                          over ? Tone::caution : Tone::plain});
        s.rows.push_back(
            {"expected time", seconds_text(p.seconds), fmt::format("of it {} for the analysis", seconds_text(a.seconds()))});
        return s;
    }

    std::string path_;
    std::string method_word_;
    Method method_ = Method::automatic;
};

}  // namespace

std::unique_ptr<Command> make_predict() {
    return std::make_unique<PredictCommand>();
}

}  // namespace tamis::cli
