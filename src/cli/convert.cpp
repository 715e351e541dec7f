// tamis convert: a Matrix Market file rewritten in another symmetry, format, precision or compression.
#include <algorithm>
#include <optional>
#include <span>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <tamis/sparse/matrix_market.hpp>

#include "command.hpp"
#include "describe.hpp"
#include "input.hpp"
#include "writing.hpp"

namespace tamis::cli {

namespace {

class ConvertCommand final : public Command {
  public:
    void declare(CLI::App& app) override {
        app.add_option("IN", in_, "the file to read; - is standard input")->required();
        app.add_option("OUT", out_, "the file to write; - is standard output; .gz and .zst compress")->required();
        app.add_option("--symmetry", symmetry_, "keep (default), detect (the strongest the values have), or general")
            ->type_name("keep|detect|general")
            ->group("Options");
        app.add_option("--format", format_, "coordinate or array (default: as it was)")
            ->type_name("coordinate|array")
            ->group("Options");
        app.add_option("--precision", precision_,
                       "significant digits, 1 to 17 (default: the fewest that read back the same)")
            ->type_name("n")
            ->group("Options");
    }

    void read(const CommonOptions& common) override {
        check_output("OUT", out_);
        check_output("--report", common.report);
        if (common.json && out_ == "-")
            throw UsageError("--json and an output of - both want standard output", "tamis convert A.mtx B.mtx --json");
        if (!symmetry_.empty()) symmetry_ = parse_choice("--symmetry", symmetry_, {"keep", "detect", "general"});
        if (!format_.empty()) format_ = parse_choice("--format", format_, {"coordinate", "array"});
        if (!precision_.empty()) write_.precision = static_cast<int>(parse_count("--precision", precision_, 1, 17));
    }

    Result run(Session& session) override {
        Input input(in_, session);
        return with_types(session.options(), input.complex(), input.needs_int64(),
                          [&]<class T, class I>(Types<T, I>) { return this->template convert<T, I>(session, input); });
    }

  private:
    /// Integers stay integers. A pattern stays one as long as every entry is 1 (repeated entries were summed) and the format
    /// has patterns; otherwise it becomes integers. Nothing: real or complex, by the scalar.
    template <class T>
    static std::optional<MatrixMarketField> field_to_keep(const MatrixMarketInfo& from, bool array,
                                                          std::span<const T> values) {
        if (from.field == MatrixMarketField::integer) return MatrixMarketField::integer;
        if (from.field != MatrixMarketField::pattern) return std::nullopt;
        const bool ones = std::all_of(values.begin(), values.end(), [](const T& v) { return v == T(1); });
        return ones && !array ? MatrixMarketField::pattern : MatrixMarketField::integer;
    }

    template <class T, class I>
    Result convert(Session& session, Input& input) {
        const MatrixMarketInfo& from = input.info();
        const bool array = format_.empty() ? from.format == MatrixMarketFormat::array : format_ == "array";
        write_.comment = from.comment;
        write_.symmetry = symmetry_ == "detect"    ? MatrixMarketSymmetry::detect
                          : symmetry_ == "general" ? MatrixMarketSymmetry::general
                                                   : from.symmetry;
        const auto write = [&](const auto& A, std::span<const T> values) {
            write_.field = field_to_keep<T>(from, array, values);
            return write_matrix(session, out_, A, write_);
        };
        Written written;
        if (array) {
            const auto A = input.template read_dense<T>();
            written = write(A, {A.data(), static_cast<std::size_t>(A.size())});
        } else {
            const auto A = input.template read_sparse<T, I>();
            written = write(A, A.values());
        }

        Result result;
        result.output_on_stdout = out_ == "-";
        result.output_in_file = out_ != "-";
        result.json = Json{{"input", input.label()},
                           {"output", out_},
                           {"from", Json{{"format", to_string(from.format)},
                                         {"field", to_string(from.field)},
                                         {"symmetry", to_string(from.symmetry)},
                                         {"entries", from.entries}}}};
        add_written(result, written);
        result.json["scalar"] = scalar_name<T>();
        result.json["seconds"] = Json{{"total", session.seconds()}};
        result.document.title = fmt::format("{} → {}", input.label(), out_ == "-" ? "standard output" : out_);
        Section& s = result.document.sections.front();
        s.rows.insert(s.rows.begin(), {"from", fmt::format("{} {} {}", to_string(from.format), to_string(from.field),
                                                           to_string(from.symmetry))});
        s.rows.push_back({"time", seconds_text(session.seconds())});
        return result;
    }

    std::string in_, out_, symmetry_, format_, precision_;
    MatrixMarketWriteOptions write_;
};

}  // namespace

std::unique_ptr<Command> make_convert() {
    return std::make_unique<ConvertCommand>();
}

}  // namespace tamis::cli
