// tamis generate: model problems as Matrix Market files.
#include <algorithm>
#include <array>
#include <limits>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <tamis/sparse/build.hpp>
#include <tamis/sparse/model_problems.hpp>

#include "command.hpp"
#include "describe.hpp"
#include "input.hpp"
#include "writing.hpp"

namespace tamis::cli {

namespace {

/// A kind of problem: how many sizes it takes, and about how many entries a row has.
struct Kind {
    std::string_view name;
    std::size_t sizes_least;
    std::size_t sizes_most;
    std::string_view arguments;
    double unknowns_per_node;
    double entries_per_row;
};

constexpr std::array<Kind, 8> kinds = {{
    {"poisson1d", 1, 1, "n", 1, 3},
    {"poisson2d", 1, 2, "nx [ny]", 1, 5},
    {"poisson3d", 1, 3, "nx [ny nz]", 1, 7},
    {"elasticity3d", 1, 3, "nx [ny nz]", 3, 81},
    {"convection2d", 1, 2, "nx [ny]", 1, 5},
    {"convection3d", 1, 3, "nx [ny nz]", 1, 7},
    {"random", 1, 2, "rows [cols]", 1, 0},
    {"rmat", 1, 1, "scale", 1, 0},
}};

std::vector<std::string_view> kind_names() {
    std::vector<std::string_view> names;
    for (const Kind& k : kinds) names.push_back(k.name);
    return names;
}

class GenerateCommand final : public Command {
  public:
    void declare(CLI::App& app) override {
        app.add_option(
               "KIND", kind_word_,
               "poisson1d n, poisson2d nx [ny], poisson3d nx [ny nz], elasticity3d nx [ny nz], convection2d nx [ny], "
               "convection3d nx [ny nz], random rows [cols], or rmat scale")
            ->required();
        app.add_option("sizes", size_words_, "sizes left out equal the first; rmat has 2^scale vertices");
        app.add_option("-o,--output", output_, "write the matrix here (default: -, standard output)")
            ->type_name("A.mtx")
            ->group("Options");
        app.add_option("--seed", seed_word_, "of the random numbers (default: 1); the same seed gives the same matrix")
            ->type_name("n")
            ->group("Options");
        app.add_option("--density", density_word_, "random: share of nonzeros, 0 to 1 (default: about 5 a row)")
            ->type_name("d")
            ->group("Options");
        app.add_option("--edge-factor", edge_factor_word_, "rmat: edges a vertex (default: 8)")
            ->type_name("n")
            ->group("Options");
        app.add_option("--diffusion", diffusion_word_, "convection: ε > 0 (default: 0.01); the smaller, the less symmetric")
            ->type_name("x")
            ->group("Options");
        app.add_option("--speed", speed_word_, "convection: of the wind (default: 1)")->type_name("x")->group("Options");
        app.add_flag("--free", free_,
                     "elasticity: a free body, singular by its six rigid motions (default: clamped at x = 0)")
            ->disable_flag_override()
            ->group("Options");
        app.add_option("--symmetry", symmetry_, "detect (default: the strongest the values have) or general")
            ->type_name("detect|general")
            ->group("Options");
        app.add_option("--precision", precision_,
                       "significant digits, 1 to 17 (default: the fewest that read back the same)")
            ->type_name("n")
            ->group("Options");
    }

    void read(const CommonOptions& common) override {
        check_output("-o", output_);
        check_output("--report", common.report);
        if (common.json && output_ == "-")
            throw UsageError("--json leaves no room for the matrix on standard output; -o names a file for it",
                             "tamis generate poisson2d 100 -o A.mtx --json");
        const auto names = kind_names();
        const std::string name = parse_choice("KIND", kind_word_, names);
        kind_ = std::find_if(kinds.begin(), kinds.end(), [&](const Kind& k) { return k.name == name; });
        read_sizes();
        const bool random = name == "random";
        const bool rmat = name == "rmat";
        if (!seed_word_.empty()) {
            if (!random && !rmat) throw foreign("--seed", "random and rmat");
            seed_ = parse_count("--seed", seed_word_, 0, std::numeric_limits<std::int64_t>::max());
        }
        if (!density_word_.empty()) {
            if (!random) throw foreign("--density", "random");
            density_ = parse_number("--density", density_word_);
            if (!(density_ >= 0 && density_ <= 1))
                throw UsageError(fmt::format("--density: '{}' is not from 0 to 1", density_word_), "--density 0.01");
        } else if (random) {
            density_ = sizes_[1] > 0 ? std::min(1.0, 5.0 / static_cast<double>(sizes_[1])) : 0;
        }
        if (!edge_factor_word_.empty()) {
            if (!rmat) throw foreign("--edge-factor", "rmat");
            edge_factor_ = parse_count("--edge-factor", edge_factor_word_, 0, 1'000'000);
        }
        read_physics(name);
        if (!symmetry_.empty()) symmetry_ = parse_choice("--symmetry", symmetry_, {"detect", "general"});
        if (!precision_.empty()) write_.precision = static_cast<int>(parse_count("--precision", precision_, 1, 17));
    }

    Result run(Session& session) override {
        session.stage(fmt::format("generating {}", kind_->name));
        const double entries = predicted_entries();
        const double entry_bytes = session.options().scalar == RealKind::single_precision ? 8 : 12;
        session.require_memory(static_cast<std::int64_t>(std::min(entries * entry_bytes, 9e18)),
                               fmt::format("{} {}", kind_->name, fmt::join(size_words_, " ")));
        const bool wide = entries > static_cast<double>(std::numeric_limits<std::int32_t>::max());
        return with_types(session.options(), false, wide,
                          [&]<class T, class I>(Types<T, I>) { return this->template generate<T, I>(session); });
    }

  private:
    [[nodiscard]] UsageError foreign(std::string_view option, std::string_view owners) const {
        return UsageError(fmt::format("{} belongs to {}, not to {}", option, owners, kind_->name),
                          std::string(find_command("generate")->example));
    }

    void read_physics(const std::string& name) {
        if (!name.starts_with("convection")) {
            if (!diffusion_word_.empty()) throw foreign("--diffusion", "convection2d and convection3d");
            if (!speed_word_.empty()) throw foreign("--speed", "convection2d and convection3d");
        }
        if (free_ && name != "elasticity3d") throw foreign("--free", "elasticity3d");
        if (!diffusion_word_.empty()) convection_.diffusion = parse_number("--diffusion", diffusion_word_);
        if (!(convection_.diffusion > 0))
            throw UsageError(fmt::format("--diffusion: '{}' is not positive", diffusion_word_), "--diffusion 0.01");
        if (!speed_word_.empty()) convection_.speed = parse_number("--speed", speed_word_);
        elasticity_.clamped = !free_;
    }

    void read_sizes() {
        const auto form = [&] { return fmt::format("tamis generate {} {} -o A.mtx", kind_->name, kind_->arguments); };
        if (size_words_.size() < kind_->sizes_least)
            throw UsageError(fmt::format("generate {} needs its size; the form is: {}", kind_->name, form()),
                             fmt::format("tamis generate {} 10 -o A.mtx", kind_->name));
        if (size_words_.size() > kind_->sizes_most)
            throw UsageError(
                fmt::format("generate {} takes at most {}, got {}; the form is: {}", kind_->name,
                            plural(static_cast<std::int64_t>(kind_->sizes_most), "size"), size_words_.size(), form()),
                fmt::format("tamis generate {} 10 -o A.mtx", kind_->name));
        const bool rmat = kind_->name == "rmat";
        for (const std::string& word : size_words_)
            sizes_.push_back(parse_count(fmt::format("generate {}", kind_->name), word, 0, rmat ? 40 : 1'000'000'000'000));
        sizes_.resize(3, sizes_.front());
    }

    [[nodiscard]] double predicted_entries() const {
        if (kind_->name == "rmat")
            return 2 * std::exp2(static_cast<double>(sizes_[0])) * static_cast<double>(edge_factor_ + 1);
        double n = 1;
        for (std::size_t i = 0; i < kind_->sizes_most; ++i) n *= static_cast<double>(sizes_[i]);
        if (kind_->name == "random") return n * density_ + static_cast<double>(sizes_[0]);
        return n * kind_->unknowns_per_node * kind_->entries_per_row;
    }

    template <class T, class I>
    [[nodiscard]] Csr<T, I> make() const {
        const auto nx = sizes_[0], ny = sizes_[1], nz = sizes_[2];
        const auto seed = static_cast<std::uint64_t>(seed_);
        if (kind_->name == "poisson1d") return poisson_1d<T, I>(nx);
        if (kind_->name == "poisson2d") return poisson_2d<T, I>(nx, ny);
        if (kind_->name == "poisson3d") return poisson_3d<T, I>(nx, ny, nz);
        if (kind_->name == "elasticity3d") return elasticity_3d<T, I>(nx, ny, nz, elasticity_);
        if (kind_->name == "convection2d") return convection_diffusion_2d<T, I>(nx, ny, convection_);
        if (kind_->name == "convection3d") return convection_diffusion_3d<T, I>(nx, ny, nz, convection_);
        if (kind_->name == "random") return random_sparse<T, I>(nx, ny, density_, seed);
        return rmat<T, I>(nx, edge_factor_, seed);
    }

    template <class T, class I>
    Result generate(Session& session) {
        const auto A = make<T, I>();
        write_.comment = fmt::format(" tamis generate {} {}", kind_->name, fmt::join(size_words_, " "));
        if (kind_->name == "random") write_.comment += fmt::format(" --density {} --seed {}", density_, seed_);
        if (!diffusion_word_.empty()) write_.comment += " --diffusion " + diffusion_word_;
        if (!speed_word_.empty()) write_.comment += " --speed " + speed_word_;
        if (free_) write_.comment += " --free";
        if (kind_->name == "rmat") write_.comment += fmt::format(" --edge-factor {} --seed {}", edge_factor_, seed_);
        write_.symmetry = symmetry_ == "general" ? MatrixMarketSymmetry::general : MatrixMarketSymmetry::detect;
        const Written written = write_matrix(session, output_, A, write_);

        Result result;
        result.output_on_stdout = output_ == "-";
        result.output_in_file = output_ != "-";
        result.document.title =
            fmt::format("{} → {}", write_.comment.substr(16), output_ == "-" ? "standard output" : output_);
        result.json = Json{{"kind", kind_->name}, {"output", output_}};
        add_written(result, written);
        result.json["scalar"] = scalar_name<T>();
        result.json["seconds"] = Json{{"total", session.seconds()}};
        result.document.sections.front().rows.push_back({"time", seconds_text(session.seconds())});
        return result;
    }

    std::string kind_word_, output_ = "-", seed_word_, density_word_, edge_factor_word_, diffusion_word_, speed_word_,
                            symmetry_, precision_;
    bool free_ = false;
    ConvectionDiffusionOptions convection_;
    Elasticity3dOptions elasticity_;
    std::vector<std::string> size_words_;
    const Kind* kind_ = nullptr;
    std::vector<std::int64_t> sizes_;
    std::int64_t seed_ = 1;
    double density_ = 0;
    std::int64_t edge_factor_ = 8;
    MatrixMarketWriteOptions write_;
};

}  // namespace

std::unique_ptr<Command> make_generate() {
    return std::make_unique<GenerateCommand>();
}

}  // namespace tamis::cli
