// A program elsewhere. It is compiled with flags of its own (-march=native changes Eigen's alignment and allocator), and
// everything that crosses the border of the installed library has to survive that: results, exceptions, buffers.
#include <tamis/tamis.hpp>

#include <cstdlib>
#include <iostream>
#include <sstream>
#include <utility>
#include <vector>

namespace {

int failures = 0;

void expect(bool condition, const char* what) {
    if (condition) return;
    std::cerr << "failed: " << what << "\n";
    ++failures;
}

/// A function of the user's own that returns what the library gave it.
template <class T>
tamis::Vector<T> diagonal_twice(const tamis::Csr<T>& A) {
    tamis::Vector<T> d = A.diagonal();
    d *= T(2);
    return d;
}

template <class T>
void exercise() {
    // Odd sizes, so that an allocator of another alignment would be caught in the act.
    for (const int n : {1, 3, 7, 64, 1001}) {
        std::vector<std::int32_t> offsets{0};
        std::vector<std::int32_t> indices;
        std::vector<T> values;
        for (int i = 0; i < n; ++i) {
            for (int j = i - 1; j <= i + 1; ++j) {
                if (j < 0 || j >= n) continue;
                indices.push_back(j);
                values.push_back(T(i == j ? 4 : -1));
            }
            offsets.push_back(static_cast<std::int32_t>(indices.size()));
        }
        const auto A = tamis::Csr<T>::from_arrays(n, n, offsets, indices, values);
        expect(diagonal_twice(A) == tamis::Vector<T>::Constant(n, T(8)), "diagonal");

        const tamis::Vector<T> ones = tamis::Vector<T>::Ones(n);
        const tamis::Vector<T> b = A * ones;
        tamis::Vector<T> x = tamis::solve(A, b);
        expect((x - ones).cwiseAbs().maxCoeff() < tamis::Real<T>(1e-4), "solve");
        x = tamis::solve(A, (b + b).eval());  // the old memory is freed here
        expect((x - ones - ones).cwiseAbs().maxCoeff() < tamis::Real<T>(1e-4), "solve again");

        auto F = tamis::cholesky(A);
        x = F.solve(b);
        expect((x - ones).cwiseAbs().maxCoeff() < tamis::Real<T>(1e-4), "a factorization");
        F.refactor(T(2) * A);
        F.solve_into(b, x);
        expect((x + x - ones).cwiseAbs().maxCoeff() < tamis::Real<T>(1e-4), "refactored, into memory of the user's");
        const tamis::Matrix<T> X = tamis::lu(A).solve((b * ones.head(1).transpose()).eval());
        expect((X.col(0) - ones).cwiseAbs().maxCoeff() < tamis::Real<T>(1e-4), "several right-hand sides");

        std::stringstream file;
        tamis::write_matrix_market(file, A);
        const tamis::Csr<T> B = tamis::read_matrix_market<T>(file);
        expect(B.nnz() == A.nnz() && B.diagonal() == A.diagonal(), "Matrix Market there and back");
        std::stringstream vector_file;
        tamis::write_matrix_market(vector_file, b);
        tamis::Vector<T> c = tamis::read_matrix_market_vector<T>(vector_file);
        expect(c == b, "a vector there and back");
        c = std::move(x);  // Eigen swaps: memory from one place is freed in another

        tamis::Matrix<T> dense = tamis::to_dense(A);
        expect(dense.rows() == n && dense.diagonal() == A.diagonal(), "to_dense");
        dense.conservativeResize(n + 1, n + 1);
    }
}

template <class E, class F>
void expect_throw(F&& f, const char* what) {
    try {
        f();
    } catch (const E& e) {
        expect(std::string(e.what()).size() > 10, what);
        return;
    } catch (...) {
    }
    expect(false, what);
}

}  // namespace

int main() {
    exercise<float>();
    exercise<double>();
    exercise<std::complex<float>>();
    exercise<std::complex<double>>();

    expect_throw<tamis::SingularMatrix>(
        [] {
            const tamis::Csr<double> A(2, 2);
            (void)tamis::solve(A, tamis::Vector<double>::Ones(2).eval());
        },
        "SingularMatrix crosses the border");
    expect_throw<tamis::NotPositiveDefinite>(
        [] {
            tamis::Coo<double> A(1, 1);
            A.add(0, 0, -1);
            (void)tamis::cholesky(tamis::to_csr(A));
        },
        "NotPositiveDefinite crosses the border");
    expect_throw<tamis::ParseError>(
        [] {
            std::istringstream in("%%MatrixMarket matrix coordinate real general\n1 1 1\n1 2 3\n");
            (void)tamis::read_matrix_market<double>(in);
        },
        "ParseError crosses the border");
    expect_throw<tamis::Error>(
        [] {
            const tamis::Csr<double> A(2, 2);
            (void)(A * tamis::Vector<double>::Ones(3).eval());
        },
        "DimensionMismatch is caught as its base class");
    expect_throw<std::runtime_error>([] { tamis::set_threads(0); }, "InvalidArgument is a std::runtime_error");

    std::cout << tamis::build_info();
    if (failures == 0) std::cout << "all is well\n";
    return failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
