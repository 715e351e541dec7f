// tamis eigs: a few eigenvalues of a square matrix, from files.
#include <algorithm>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <tamis/core/error.hpp>
#include <tamis/iterative/eigen/eigs.hpp>
#include <tamis/iterative/eigen/eigsh.hpp>
#include <tamis/sparse/structure.hpp>

#include "command.hpp"
#include "describe.hpp"
#include "input.hpp"
#include "spectrum.hpp"

namespace tamis::cli {

namespace {

struct EigsRequest {
    std::string matrix, mass, values, vectors;  ///< paths, "-", or (but for the matrix) empty
    std::int64_t count = 0;
    bool has_count = false;  ///< otherwise 6, or all of a smaller matrix
    std::string which;       ///< upper case; empty: LM, or nearest with sigma
    std::string method;
    double sigma = 0;
    bool has_sigma = false;
    double tolerance = 0;  ///< 0: the library's default
};

Which which_of(const EigsRequest& request, bool hermitian) {
    const std::string& word = request.which;
    if (request.has_sigma) return Which::nearest;
    if (word.empty() || word == "LM") return Which::largest_magnitude;
    if (word == "SM") return Which::smallest_magnitude;
    // Real eigenvalues: the words for the one kind of problem have a meaning for the other.
    if (word == "LA" || word == "LR") return hermitian ? Which::largest_algebraic : Which::largest_real;
    if (word == "SA" || word == "SR") return hermitian ? Which::smallest_algebraic : Which::smallest_real;
    if (word == "BE" && hermitian) return Which::both_ends;
    if (word == "LI" && !hermitian) return Which::largest_imaginary;
    throw InvalidArgument(hermitian ? "--which LI: the matrix is Hermitian, its eigenvalues have no imaginary parts"
                                    : "--which BE: the matrix is not Hermitian; LR and SR name the ends of its spectrum");
}

EigshMethod method_of(const std::string& word) {
    if (word == "lanczos") return EigshMethod::lanczos;
    if (word == "lobpcg") return EigshMethod::lobpcg;
    if (word == "davidson") return EigshMethod::davidson;
    if (word == "chebyshev") return EigshMethod::chebyshev;
    return EigshMethod::automatic;
}

class Eigenvalues {
  public:
    Eigenvalues(Session& session, const EigsRequest& request) : session_(session), request_(request) {}

    Result run() {
        Input A(request_.matrix, session_);
        std::unique_ptr<Input> B;
        if (!request_.mass.empty()) B = std::make_unique<Input>(request_.mass, session_);
        const bool wide = A.needs_int64() || (B && B->needs_int64());
        return with_types(session_.options(), A.complex() || (B && B->complex()), wide,
                          [&]<class T, class I>(Types<T, I>) { return this->template run_as<T, I>(A, B.get()); });
    }

  private:
    template <class T, class I>
    Result run_as(Input& matrix, Input* mass) {
        const auto A = matrix.template read_sparse<T, I>();
        EigenOperand<T> B;
        if (mass != nullptr) B = mass->template read_sparse<T, I>();
        const std::int64_t count = request_.has_count ? request_.count : std::min<std::int64_t>(6, A.rows());
        const std::int64_t held = bytes_of(A.view()) + A.rows() * count * static_cast<std::int64_t>(3 * sizeof(T));
        session_.require_memory(held, "the matrix and its eigenvectors");
        const bool hermitian = A.rows() == A.cols() && structure(A).hermitian;
        const std::string stage = "finding eigenvalues";
        session_.stage(stage);
        const auto fill = [&](auto& options) {
            options.which = which_of(request_, hermitian);
            if (request_.has_sigma) options.sigma = request_.sigma;
            options.mass = B;
            if (request_.tolerance > 0) options.tolerance = request_.tolerance;
            options.time_limit = session_.remaining();
            options.callback = watch_pairs(session_, stage);
            options.stop = session_.stop_token();
        };
        if (hermitian) {
            EigshOptions<T> options;
            fill(options);
            options.method = method_of(request_.method);
            options.vectors = !request_.vectors.empty();
            return tell(matrix, A.view(), eigsh(A, count, options));
        }
        if (method_of(request_.method) != EigshMethod::automatic && request_.method != "lanczos")
            throw InvalidArgument(fmt::format("--method {}: it is for Hermitian matrices, which {} is not; leave it out",
                                              request_.method, matrix.label()));
        EigsOptions<T> options;
        fill(options);
        return tell(matrix, A.view(), eigs(A, count, options));
    }

    template <class T, class I, class R>
    Result tell(const Input& matrix, const CsrView<T, I>& A, const R& r) {
        session_.check("finding eigenvalues");
        SpectrumReport report = spectrum_report(r.values, r);
        report.title = fmt::format("{}: {}", matrix.label(), shape_text(A));
        report.value_name = "eigenvalue";
        report.residual_name = request_.mass.empty() ? "‖Av − λv‖₂" : "‖Av − λBv‖₂";
        Result result = spectrum_result(report);
        if constexpr (requires { r.certified; }) {
            result.json["certified"] = r.certified;
            if (r.certified)
                result.document.sections.front().rows.push_back(
                    {"none is missing", "certified", "counted by inertia", Tone::good});
        }
        write_if_wanted(session_, request_.values, r.values, "values",
                        fmt::format(" eigenvalues of {}, by tamis", matrix.label()), result);
        write_if_wanted(session_, request_.vectors, r.vectors, "vectors",
                        fmt::format(" eigenvectors of {}, by tamis", matrix.label()), result);
        return result;
    }

    Session& session_;
    const EigsRequest& request_;
};

class EigsCommand final : public Command {
  public:
    void declare(CLI::App& app) override {
        app.add_option("A.mtx", request_.matrix, "the matrix; - is standard input")->required();
        const auto option = [&](const char* name, std::string& value, const char* what, const char* type) {
            app.add_option(name, value, what)->type_name(type)->group("Options");
        };
        option("-k,--count", count_, "how many (default: 6, or all of a smaller matrix)", "n");
        option("--which", request_.which,
               "LM largest modulus (default), SM smallest; of Hermitian matrices LA largest, SA smallest, BE both ends; of "
               "others "
               "LR largest real part, SR smallest, LI largest imaginary part",
               "W");
        option("--sigma", sigma_, "those nearest to this number", "s");
        option("--mass", request_.mass, "B of A v = λ B v, Hermitian positive semidefinite", "B.mtx");
        option("--method", request_.method, "of Hermitian matrices: auto (default), lanczos, lobpcg, davidson or chebyshev",
               "M");
        option("--tolerance", tolerance_, "‖Av − λv‖ ≤ t ‖A‖ (default: 1e-10)", "t");
        option("-o,--output", request_.values, "write the values here; - is standard output", "values.mtx");
        option("--vectors", request_.vectors, "write the vectors here, one a column", "V.mtx");
    }

    void read(const CommonOptions& common) override {
        check_one_standard_input({request_.matrix, request_.mass});
        check_output("-o", request_.values);
        check_output("--vectors", request_.vectors);
        check_output("--report", common.report);
        if ((request_.values == "-") + (request_.vectors == "-") + (common.json ? 1 : 0) > 1)
            throw UsageError("only one of --json, -o - and --vectors - can have standard output",
                             "tamis eigs A.mtx -k 6 -o values.mtx --json");
        request_.has_count = !count_.empty();
        if (request_.has_count) request_.count = parse_count("-k", count_, 0, std::numeric_limits<std::int64_t>::max());
        if (!request_.which.empty())
            request_.which = parse_choice("--which", request_.which, {"LM", "SM", "LA", "SA", "BE", "LR", "SR", "LI"});
        if (!sigma_.empty()) {
            request_.sigma = parse_number("--sigma", sigma_);
            request_.has_sigma = true;
            if (!request_.which.empty() && request_.which != "LM")
                throw UsageError("--sigma asks for the nearest to it, --which for others; give one of the two",
                                 "tamis eigs A.mtx -k 6 --sigma 0.5");
        }
        if (!request_.method.empty())
            request_.method =
                parse_choice("--method", request_.method, {"auto", "lanczos", "lobpcg", "davidson", "chebyshev"});
        if (!tolerance_.empty()) {
            request_.tolerance = parse_number("--tolerance", tolerance_);
            if (!(request_.tolerance > 0))
                throw UsageError(fmt::format("--tolerance: '{}' is not positive", tolerance_), "--tolerance 1e-8");
        }
    }

    Result run(Session& session) override { return Eigenvalues(session, request_).run(); }

  private:
    EigsRequest request_;
    std::string count_, sigma_, tolerance_;
};

}  // namespace

std::unique_ptr<Command> make_eigs() {
    return std::make_unique<EigsCommand>();
}

}  // namespace tamis::cli
