// tamis info: what a matrix is, measured, and what solve would do with it.
#include <algorithm>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <tamis/core/error.hpp>
#include <tamis/solve.hpp>
#include <tamis/sparse/measure.hpp>
#include <tamis/sparse/structure.hpp>

#include "command.hpp"
#include "describe.hpp"
#include "input.hpp"

namespace tamis::cli {

namespace {

struct Norms {
    double one = 0, infinity = 0, frobenius = 0, max = 0;
};

/// Entries by size and by row.
struct Counts {
    std::int64_t zeros = 0;         ///< stored zeros
    std::int64_t diagonal = 0;      ///< nonzeros on the diagonal
    std::int64_t shortest_row = 0;  ///< entries
    std::int64_t longest_row = 0;
    double smallest = std::numeric_limits<double>::infinity();  ///< |a| over nonzeros
};

template <class T, class I>
Counts count(const CsrView<T, I>& A) {
    Counts c;
    c.shortest_row = A.rows() == 0 ? 0 : std::numeric_limits<std::int64_t>::max();
    for (std::int64_t i = 0; i < A.rows(); ++i) {
        const auto row = A.row(i);
        c.shortest_row = std::min(c.shortest_row, row.size());
        c.longest_row = std::max(c.longest_row, row.size());
        for (const auto entry : row) {
            const double size = static_cast<double>(std::abs(entry.value));
            if (size == 0) ++c.zeros;
            else if (static_cast<std::int64_t>(entry.index) == i) ++c.diagonal;
            if (size > 0) c.smallest = std::min(c.smallest, size);
        }
    }
    return c;
}

Json structure_json(const Structure& s) {
    return Json{{"pattern_symmetric", s.pattern_symmetric},
                {"symmetric", s.symmetric},
                {"hermitian", s.hermitian},
                {"skew", s.skew},
                {"positive_diagonal", s.positive_diagonal},
                {"zero_free_diagonal", s.zero_free_diagonal},
                {"lower_triangular", s.lower_triangular},
                {"upper_triangular", s.upper_triangular},
                {"permuted_triangular", s.permuted_triangular},
                {"diagonal", s.diagonal},
                {"lower_bandwidth", s.lower_bandwidth},
                {"upper_bandwidth", s.upper_bandwidth},
                {"diagonally_dominant", s.diagonally_dominant},
                {"block_count", s.block_count},
                {"empty_rows", s.empty_rows},
                {"empty_cols", s.empty_cols},
                {"structural_rank", s.structural_rank},
                {"finite", s.finite}};
}

std::string triangle_text(const Structure& s) {
    if (s.diagonal) return "diagonal";
    if (s.lower_triangular) return "lower triangular";
    if (s.upper_triangular) return "upper triangular";
    if (s.permuted_triangular) return "triangular after a permutation";
    return "neither diagonal nor triangular";
}

Section structure_section(const Structure& s, std::int64_t rows, std::int64_t cols) {
    const std::int64_t full_rank = std::min(rows, cols);
    Section section{"Structure (measured)"};
    section.rows.push_back({"symmetry", symmetry_word(s),
                            s.pattern_symmetric && symmetry_word(s) == "general" ? "the pattern alone is symmetric" : ""});
    section.rows.push_back({"form", triangle_text(s)});
    section.rows.push_back(
        {"bandwidth", fmt::format("{} below, {} above", count_text(s.lower_bandwidth), count_text(s.upper_bandwidth))});
    section.rows.push_back({"diagonal",
                            s.positive_diagonal    ? "positive"
                            : s.zero_free_diagonal ? "free of zeros"
                            : rows == cols         ? "has zeros"
                                                   : "of a rectangle",
                            s.diagonally_dominant ? "dominant in every row" : ""});
    section.rows.push_back(
        {"structural rank", count_text(s.structural_rank),
         s.structural_rank == full_rank
             ? "full"
             : fmt::format("{} short of full: singular whatever the values are", count_text(full_rank - s.structural_rank)),
         s.structural_rank == full_rank ? Tone::plain : Tone::caution});
    section.rows.push_back(
        {"diagonal blocks", count_text(s.block_count), s.block_count == 1 ? "irreducible" : "of the block triangular form"});
    if (s.empty_rows > 0 || s.empty_cols > 0)
        section.rows.push_back({"empty", fmt::format("{}, {}", plural(s.empty_rows, "row"), plural(s.empty_cols, "column")),
                                "", Tone::caution});
    if (!s.finite) section.rows.push_back({"values", "not all finite", "there are NaN or infinities", Tone::caution});
    return section;
}

class InfoCommand final : public Command {
  public:
    void declare(CLI::App& app) override { app.add_option("A.mtx", path_, "the matrix")->required(); }
    void read(const CommonOptions& common) override { check_output("--report", common.report); }

    Result run(Session& session) override {
        Input input(path_, session);
        return with_types(session.options(), input.complex(), input.needs_int64(),
                          [&]<class T, class I>(Types<T, I>) { return measure<T, I>(session, input); });
    }

  private:
    template <class T, class I>
    Result measure(Session& session, Input& input) {
        const auto A = input.template read_sparse<T, I>();
        session.stage("measuring");
        const Structure s = structure(A);
        session.check("measuring the structure");
        const Norms norms{static_cast<double>(norm(A, Norm::one)), static_cast<double>(norm(A, Norm::inf)),
                          static_cast<double>(norm(A, Norm::frobenius)), static_cast<double>(norm(A, Norm::max))};
        const Counts counts = count(A.view());
        session.check("measuring the norms");
        const Explanation plan = recommendation(A);

        Result result;
        result.json = Json{{"rows", A.rows()},
                           {"cols", A.cols()},
                           {"nnz", A.nnz()},
                           {"scalar", scalar_name<T>()},
                           {"index", sizeof(I) * 8},
                           {"symmetry", symmetry_word(s)},
                           {"structure", structure_json(s)},
                           {"norms", Json{{"one", json_number(norms.one)},
                                          {"inf", json_number(norms.infinity)},
                                          {"frobenius", json_number(norms.frobenius)},
                                          {"max", json_number(norms.max)}}},
                           {"recommendation", Json{{"method", method_word(plan.method)}, {"reasons", plan.reasons}}},
                           {"file", file_json(input)},
                           {"explicit_zeros", counts.zeros},
                           {"diagonal_nonzeros", counts.diagonal},
                           {"longest_row", counts.longest_row},
                           {"shortest_row", counts.shortest_row},
                           {"bytes", bytes_of(A.view())}};
        if (!refusal_.empty()) result.json["recommendation"]["method"] = nullptr;
        describe(result.document, input, A.view(), s, norms, counts, plan);
        return result;
    }

    /// What solve would do; where it would refuse, no method and the reason for that.
    template <class M>
    Explanation recommendation(const M& A) {
        try {
            return explain(A);
        } catch (const SingularMatrix& e) {
            refusal_ = e.what();
        } catch (const InvalidArgument& e) {
            refusal_ = e.what();
        } catch (const Unsupported& e) {
            refusal_ = e.what();
        }
        return {Method::automatic, {"solve would refuse it: " + refusal_}};
    }

    static Json file_json(const Input& input) {
        const MatrixMarketInfo& f = input.info();
        return Json{{"name", input.label()},       {"format", to_string(f.format)},
                    {"field", to_string(f.field)}, {"symmetry", to_string(f.symmetry)},
                    {"entries", f.entries},        {"comment", f.comment}};
    }

    template <class T, class I>
    void describe(Document& document, const Input& input, const CsrView<T, I>& A, const Structure& s, const Norms& norms,
                  const Counts& counts, const Explanation& plan) {
        document.title = fmt::format("{}: {}", input.label(), shape_text(A));
        const MatrixMarketInfo& f = input.info();
        Section file{"File"};
        file.rows.push_back({"format",
                             fmt::format("{} {} {}", to_string(f.format), to_string(f.field), to_string(f.symmetry)),
                             f.entries == 1 ? "1 entry stored" : count_text(f.entries) + " entries stored"});
        document.sections.push_back(std::move(file));

        Section size{"Size"};
        size.rows.push_back({"rows × columns", fmt::format("{} × {}", count_text(A.rows()), count_text(A.cols()))});
        const double cells = static_cast<double>(A.rows()) * static_cast<double>(A.cols());
        size.rows.push_back(
            {"nonzeros", count_text(A.nnz()),
             cells > 0 ? fmt::format("{:.3g} % of all cells", 100 * static_cast<double>(A.nnz()) / cells) : ""});
        if (counts.zeros > 0)
            size.rows.push_back({"of them zero", count_text(counts.zeros), "stored, and kept as part of the pattern"});
        if (A.rows() > 0)
            size.rows.push_back(
                {"entries a row", fmt::format("{:.1f}", static_cast<double>(A.nnz()) / static_cast<double>(A.rows())),
                 fmt::format("from {} to {}", count_text(counts.shortest_row), count_text(counts.longest_row))});
        size.rows.push_back(
            {"memory", bytes_text(bytes_of(A)), fmt::format("{}, int{} indices", scalar_name<T>(), 8 * sizeof(I))});
        document.sections.push_back(std::move(size));

        document.sections.push_back(structure_section(s, A.rows(), A.cols()));

        Section measures{"Norms"};
        measures.rows.push_back({"‖A‖₁", number_text(norms.one), "largest column sum"});
        measures.rows.push_back({"‖A‖∞", number_text(norms.infinity), "largest row sum"});
        measures.rows.push_back({"‖A‖F", number_text(norms.frobenius), "Frobenius"});
        measures.rows.push_back({"max |a|", number_text(norms.max)});
        if (std::isfinite(counts.smallest))
            measures.rows.push_back({"min |a|", number_text(counts.smallest), "over nonzeros"});
        document.sections.push_back(std::move(measures));

        Section advice{"What solve would do"};
        if (refusal_.empty()) advice.rows.push_back({"method", method_word(plan.method), "", Tone::good});
        else advice.rows.push_back({"method", "none", "", Tone::caution});
        advice.sentences = plan.reasons;
        document.sections.push_back(std::move(advice));
    }

    std::string path_;
    std::string refusal_;
};

}  // namespace

std::unique_ptr<Command> make_info() {
    return std::make_unique<InfoCommand>();
}

}  // namespace tamis::cli
