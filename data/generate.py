#!/usr/bin/env python3
"""Writes the reference matrices of this folder and REFERENCE.tsv, their table of known answers.

Only the Python standard library is used, and no solver: every answer is a closed formula from the literature or exact
rational arithmetic on the numbers as written. Where both exist, they are checked against each other here. Running it again
gives the same files.

    python3 data/generate.py             writes beside this file
    python3 data/generate.py --check     compares instead, and fails if anything differs
"""

import gzip
import math
import pathlib
import struct
import sys
from fractions import Fraction

HERE = pathlib.Path(__file__).resolve().parent
COLUMNS = ["name", "file", "rows", "cols", "nnz", "field", "symmetry", "spd", "structural_rank", "rank", "blocks", "eig_min",
           "eig_max", "det_sign", "det_log", "cond1", "cond2", "b", "x", "formula", "source"]


# ---- exact arithmetic ---------------------------------------------------------------------------------------------------

def exact(entries, rows, cols):
    """The matrix as a list of rows of fractions; floats count as the binary numbers that they are."""
    dense = [[Fraction(0)] * cols for _ in range(rows)]
    for (i, j), v in entries.items():
        dense[i][j] = Fraction(v)
    return dense


def eliminate(dense):
    """Gauss-Jordan elimination of [A I] by exact pivots: (rank, determinant, inverse or None)."""
    rows, cols = len(dense), len(dense[0])
    a = [row[:] + [Fraction(int(i == j)) for j in range(rows)] for i, row in enumerate(dense)]
    rank, det = 0, Fraction(1)
    for j in range(cols):
        pivot = next((i for i in range(rank, rows) if a[i][j] != 0), None)
        if pivot is None:
            continue
        if pivot != rank:
            a[rank], a[pivot] = a[pivot], a[rank]
            det = -det
        det *= a[rank][j]
        p = a[rank][j]
        a[rank] = [v / p for v in a[rank]]
        for i in range(rows):
            if i != rank and a[i][j] != 0:
                f = a[i][j]
                a[i] = [v - f * w if w else v for v, w in zip(a[i], a[rank])]
        rank += 1
    regular = rows == cols == rank
    return rank, det if regular else Fraction(0), [row[cols:] for row in a] if regular else None


def norm1(dense):
    return max(sum(abs(row[j]) for row in dense) for j in range(len(dense[0])))


def matching_size(entries, rows):
    """Structural rank by augmenting paths (Hall)."""
    cols_of = [[j for (i, j), v in sorted(entries.items()) if i == r and v != 0] for r in range(rows)]
    row_of = {}

    def augment(i, seen):
        for j in cols_of[i]:
            if j not in seen:
                seen.add(j)
                if j not in row_of or augment(row_of[j], seen):
                    row_of[j] = i
                    return True
        return False

    return sum(augment(i, set()) for i in range(rows))


def log_of(fraction):
    """Natural logarithm of a positive fraction of any size."""
    shift = fraction.numerator.bit_length() - fraction.denominator.bit_length()
    return math.log(fraction / Fraction(2) ** shift) + shift * math.log(2)


# ---- files ---------------------------------------------------------------------------------------------------------------

def number(v):
    if isinstance(v, complex):
        return f"{number(v.real)} {number(v.imag)}"
    if isinstance(v, Fraction):
        assert Fraction(float(v)) == v
        v = float(v)
    return repr(int(v)) if v == int(v) and abs(v) < 2 ** 53 else repr(float(v))


def stored_zst(data):
    """A Zstandard frame of raw blocks (RFC 8878), which every decoder reads."""
    out = struct.pack("<IBI", 0xFD2FB528, 0xA0, len(data))  # magic; single segment, 4-byte content size
    for start in range(0, max(len(data), 1), 1 << 17):
        block = data[start:start + (1 << 17)]
        last = start + (1 << 17) >= len(data)
        out += struct.pack("<I", int(last) | len(block) << 3)[:3] + block
    return out


class Output:
    def __init__(self, check):
        self.check, self.wrong = check, []

    def write(self, name, text):
        data = text.encode()
        if name.endswith(".gz"):
            data = gzip.compress(data, 9, mtime=0)
        elif name.endswith(".zst"):
            data = stored_zst(data)
        path = HERE / name
        if not self.check:
            path.write_bytes(data)
        elif not path.exists() or not self.same(self.plain(path.read_bytes(), name).decode(), text):
            self.wrong.append(name)

    @staticmethod
    def same(old, new):
        """The same words; numbers may differ by what the C library's sin, cos and log differ from machine to machine."""
        def close(a, b):
            try:
                return a == b or math.isclose(float(a), float(b), rel_tol=1e-13)
            except ValueError:
                return False
        a, b = old.split(), new.split()
        return len(a) == len(b) and all(map(close, a, b))

    @staticmethod
    def plain(data, name):
        if name.endswith(".gz"):
            return gzip.decompress(data)
        if name.endswith(".zst"):  # raw blocks only
            out, at = b"", 9
            while True:
                head = int.from_bytes(data[at:at + 3], "little")
                out += data[at + 3:at + 3 + (head >> 3)]
                at += 3 + (head >> 3)
                if head & 1:
                    return out
        return data


def matrix_text(entries, rows, cols, field, symmetry, formula, array):
    keep = {"general": lambda i, j: True, "symmetric": lambda i, j: i >= j, "hermitian": lambda i, j: i >= j,
            "skew-symmetric": lambda i, j: i > j}[symmetry]
    lines = [f"%%MatrixMarket matrix {'array' if array else 'coordinate'} {field} {symmetry}", f"% {formula}"]
    if array:
        lines.append(f"{rows} {cols}")
        lines += [number(entries.get((i, j), 0)) for j in range(cols) for i in range(rows) if keep(i, j)]
    else:
        stored = sorted(((j, i), v) for (i, j), v in entries.items() if keep(i, j))
        lines.append(f"{rows} {cols} {len(stored)}")
        lines += [f"{i + 1} {j + 1}" + ("" if field == "pattern" else f" {number(v)}") for (j, i), v in stored]
    return "\n".join(lines) + "\n"


def vector_text(x, comment):
    return "\n".join([f"%%MatrixMarket matrix array real general", f"% {comment}", f"{len(x)} 1"] + [number(v) for v in x]) + "\n"


class Table:
    def __init__(self, output):
        self.output, self.rows = output, []

    def add(self, name, entries, rows, cols, formula, source, *, field="integer", symmetry="general", suffix="", array=False,
            spd=False, blocks=None, eig=None, cond2=None, det=None, cond1=None, rank=None, rhs="A*1", log_det=None):
        """det, cond1, rank: claims by formula, checked exactly up to order 60; log_det: where only the logarithm is known."""
        file = name + ".mtx" + suffix
        self.output.write(file, matrix_text(entries, rows, cols, field, symmetry, formula, array))
        is_complex = field == "complex"
        row = dict.fromkeys(COLUMNS, "-")
        row.update(name=name, file=file, rows=rows, cols=cols, nnz=len(entries), field=field, symmetry=symmetry,
                   spd="yes" if spd else "no", structural_rank=matching_size(entries, rows), formula=formula, source=source)
        if not is_complex and max(rows, cols) <= 60:
            dense = exact(entries, rows, cols)
            exact_rank, exact_det, inverse = eliminate(dense)
            assert rank in (None, exact_rank), (name, rank, exact_rank)
            rank = exact_rank
            if rows == cols:
                assert det in (None, exact_det), (name, det, exact_det)
                det = exact_det
                if inverse:
                    exact_cond1 = norm1(dense) * norm1(inverse)
                    assert cond1 is None or math.isclose(cond1, exact_cond1, rel_tol=1e-13), (name, cond1, exact_cond1)
                    cond1 = exact_cond1
        assert rank is not None, name
        row["rank"] = rank
        if det is not None:
            row["det_sign"] = (det > 0) - (det < 0)
            row["det_log"] = repr(log_of(abs(Fraction(det)))) if det else "-inf"
        if log_det is not None:
            if det is not None:
                assert math.isclose(log_det, log_of(Fraction(det)), rel_tol=1e-12, abs_tol=1e-12), name
            row["det_sign"], row["det_log"] = 1, repr(log_det)
        if cond1 is not None:
            row["cond1"] = repr(float(cond1))
        if cond2 is not None:
            row["cond2"] = repr(float(cond2))
        if blocks is not None:
            row["blocks"] = blocks
        if eig is not None:
            row["eig_min"], row["eig_max"] = repr(float(eig[0])), repr(float(eig[1]))
        if isinstance(rhs, tuple):
            b, x, what = rhs
            row["b"], row["x"] = name + "_b.mtx", name + "_x.mtx"
            self.output.write(row["b"], vector_text(b, f"right-hand side for {name}"))
            self.output.write(row["x"], vector_text(x, what))
        elif rhs == "A*1" and rank == cols:
            row["b"], row["x"] = "A*1", "1"
        self.rows.append(row)

    def finish(self):
        text = "\t".join(COLUMNS) + "\n"
        text += "".join("\t".join(str(row[c]) for c in COLUMNS) + "\n" for row in self.rows)
        self.output.write("REFERENCE.tsv", text)


# ---- building blocks -----------------------------------------------------------------------------------------------------

def full(n, f, m=None):
    return {(i, j): f(i, j) for i in range(n) for j in range(m or n) if f(i, j) != 0}


def tridiagonal(n, lower, diagonal, upper):
    out = {}
    for i in range(n):
        out[i, i] = diagonal(i) if callable(diagonal) else diagonal
        if i > 0:
            out[i, i - 1] = lower
            out[i - 1, i] = upper
    return {k: v for k, v in out.items() if v != 0}


def kron_sum(*factors):
    """A1 ⊗ I + I ⊗ A2 …, the first factor fastest; each (entries, n)."""
    out, size = {(0, 0): 0}, 1
    for entries, n in factors:
        new = {}
        for k in range(n):
            for (i, j), v in out.items():
                new[i + size * k, j + size * k] = new.get((i + size * k, j + size * k), 0) + v
        for (p, q), v in entries.items():
            for i in range(size):
                new[i + size * p, i + size * q] = new.get((i + size * p, i + size * q), 0) + v
        out, size = new, size * n
    return {k: v for k, v in out.items() if v != 0}, size


def permuted(entries, p, q):
    to_row = {old: new for new, old in enumerate(p)}
    to_col = {old: new for new, old in enumerate(q)}
    return {(to_row[i], to_col[j]): v for (i, j), v in entries.items()}


def shuffle(n, multiplier):
    assert math.gcd(n, multiplier) == 1
    return [(multiplier * k + 3) % n for k in range(n)]


def parity(p):
    sign, seen = 1, set()
    for start in range(len(p)):
        length, k = 0, start
        while k not in seen:
            seen.add(k)
            k, length = p[k], length + 1
        if length and length % 2 == 0:
            sign = -sign
    return sign


def toeplitz_eigenvalues(n, lower, diagonal, upper):
    return [diagonal + 2 * math.sqrt(lower * upper) * math.cos(k * math.pi / (n + 1)) for k in range(1, n + 1)]


def sums(*lists):
    out = [0.0]
    for values in lists:
        out = [a + b for a in out for b in values]
    return out


def log_product(values):
    return math.fsum(math.log(v) for v in values)


def main():
    output = Output("--check" in sys.argv[1:])
    t = Table(output)

    # Poisson
    n = 50
    e = toeplitz_eigenvalues(n, -1, 2, -1)
    t.add("poisson_1d_50", tridiagonal(n, -1, 2, -1), n, n, "tridiagonal (-1, 2, -1)",
          "eigenvalues 2 - 2 cos(k pi/(n+1)), det n+1, cond1 n(n+2)/2 for even n (Gregory & Karney 1969, example 7.4)",
          symmetry="symmetric", spd=True, blocks=1, eig=(min(e), max(e)), cond2=max(e) / min(e), det=n + 1, cond1=n * (n + 2) / 2)
    e = sums(toeplitz_eigenvalues(20, -1, 2, -1), toeplitz_eigenvalues(15, -1, 2, -1))
    entries, size = kron_sum((tridiagonal(20, -1, 2, -1), 20), (tridiagonal(15, -1, 2, -1), 15))
    t.add("poisson_2d_20x15", entries, size, size, "five-point stencil (4; -1) on 20 x 15 points",
          "eigenvalues are sums of those in 1-D (Strang 1986, section 5.5)", symmetry="symmetric", spd=True, blocks=1, rank=size,
          eig=(min(e), max(e)), cond2=max(e) / min(e), log_det=log_product(e))
    e = sums(*(toeplitz_eigenvalues(m, -1, 2, -1) for m in (8, 7, 6)))
    entries, size = kron_sum(*((tridiagonal(m, -1, 2, -1), m) for m in (8, 7, 6)))
    t.add("poisson_3d_8x7x6", entries, size, size, "seven-point stencil (6; -1) on 8 x 7 x 6 points",
          "eigenvalues are sums of those in 1-D", symmetry="symmetric", spd=True, blocks=1, rank=size, suffix=".gz",
          eig=(min(e), max(e)), cond2=max(e) / min(e), log_det=log_product(e))

    # Toeplitz and convection
    n = 30
    e = toeplitz_eigenvalues(n, -1, 3, -2)
    t.add("toeplitz_unsymmetric_30", tridiagonal(n, -1, 3, -2), n, n, "tridiagonal (-1, 3, -2)",
          "eigenvalues 3 + 2 sqrt(2) cos(k pi/(n+1)), det 2^(n+1) - 1", blocks=1, eig=(min(e), max(e)), det=2 ** (n + 1) - 1)
    c = 3
    e = sums(toeplitz_eigenvalues(12, -1 - c, 2 + c, -1), toeplitz_eigenvalues(10, -1, 2, -1))
    entries, size = kron_sum((tridiagonal(12, -1 - c, 2 + c, -1), 12), (tridiagonal(10, -1, 2, -1), 10))
    t.add("convection_2d_12x10", entries, size, size, "upwind convection-diffusion, cell Peclet number 3 along x: tridiagonal (-4, 5, -1) + (-1, 2, -1)",
          "eigenvalues are sums of 5 + 4 cos(k pi/13) and 2 - 2 cos(k pi/11)", blocks=1, rank=size, eig=(min(e), max(e)),
          log_det=log_product(e), suffix=".zst")

    # classical test matrices
    n = 12
    t.add("frank_12", full(n, lambda i, j: n - max(i, j) if j >= i - 1 else 0), n, n, "n - max(i, j) for j >= i - 1 (zero-based)",
          "det 1; ill-conditioned small eigenvalues (Frank 1958)", blocks=1, det=1)
    n = 10
    t.add("pascal_10", full(n, lambda i, j: math.comb(i + j, i)), n, n, "binomial(i + j, i)",
          "det 1, inverse of integers, eigenvalues in reciprocal pairs (Higham 2002, section 28.4)", symmetry="symmetric", spd=True, blocks=1, det=1,
          array=True)
    n = 20
    t.add("moler_20", full(n, lambda i, j: i + 1 if i == j else min(i, j) - 1), n, n, "min(i, j) - 1, diagonal i + 1 (zero-based)",
          "det 1, one small eigenvalue (Nash 1979)", symmetry="symmetric", spd=True, det=1)
    n = 30
    e = [1 / (4 * math.sin((2 * k - 1) * math.pi / (4 * n + 2)) ** 2) for k in range(1, n + 1)]
    t.add("minij_30", full(n, lambda i, j: min(i, j) + 1), n, n, "min(i, j) + 1 (zero-based)",
          "eigenvalues 1/(4 sin^2((2k-1) pi/(4n+2))), det 1, inverse tridiagonal (Fortiana & Cuadras 1997)", symmetry="symmetric",
          spd=True, blocks=1, eig=(min(e), max(e)), cond2=max(e) / min(e), det=1, cond1=2 * n * (n + 1))
    n = 20
    t.add("lehmer_20", full(n, lambda i, j: (min(i, j) + 1) / (max(i, j) + 1)), n, n, "min(i, j)/max(i, j) (one-based), rounded to double",
          "inverse tridiagonal up to the rounding (Newman & Todd 1958); answers by exact arithmetic on the rounded numbers",
          field="real", symmetry="symmetric", spd=True, blocks=1)
    n, rho = 25, Fraction(1, 2)
    t.add("kac_murdock_szego_25", full(n, lambda i, j: float(rho ** abs(i - j))), n, n, "0.5^|i - j|",
          "det (1 - rho^2)^(n-1), inverse tridiagonal (Trench 1999)", field="real", symmetry="symmetric", spd=True, blocks=1,
          det=(1 - rho * rho) ** (n - 1))
    n = 8
    scale = math.lcm(*range(1, 2 * n))
    cauchy = Fraction(1)
    for i in range(1, n):
        cauchy *= Fraction(math.factorial(i) ** 4)
    whole = Fraction(1)
    for i in range(1, 2 * n):
        whole *= math.factorial(i)
    t.add("hilbert_8", full(n, lambda i, j: scale // (i + j + 1)), n, n, f"{scale}/(i + j + 1), the Hilbert matrix times lcm(1..15)",
          "det by Cauchy's formula, cond1 33872791095 (Choi 1983; Todd 1954)", symmetry="symmetric", spd=True, blocks=1,
          det=cauchy / whole * scale ** n, cond1=33872791095, cond2=1.5257575538060041e10)
    t.add("lotkin_8", full(n, lambda i, j: scale if i == 0 else scale // (i + j + 1)), n, n, f"{scale}/(i + j + 1) with a first row of {scale}",
          "unsymmetric, ill-conditioned (Lotkin 1955); answers by exact arithmetic", blocks=1)
    n = 20
    t.add("clement_20", {k: v for i in range(n - 1) for k, v in (((i, i + 1), i + 1), ((i + 1, i), n - 1 - i))}, n, n,
          "superdiagonal 1..n-1, subdiagonal n-1..1, zero diagonal", "eigenvalues n-1, n-3, ..., 1-n (Clement 1959)",
          eig=(1 - n, n - 1), det=math.prod(range(1, n, 2)) ** 2 * (-1) ** (n // 2))
    n = 16
    symbol = lambda k: 5 + 2 * math.cos(2 * math.pi * k / n) + 2 * complex(math.cos(4 * math.pi * k / n), math.sin(4 * math.pi * k / n))
    moduli = [abs(symbol(k)) for k in range(n)]
    t.add("circulant_16", full(n, lambda i, j: {0: 5, 1: 1, n - 1: 1, 2: 2}.get((j - i) % n, 0)), n, n,
          "circulant, first row 5 1 2 0 ... 0 1", "normal; singular values are the moduli of 5 + 2 cos(t) + 2 exp(2it), t = 2 pi k/n (Davis 1979)",
          blocks=1, cond2=max(moduli) / min(moduli), log_det=log_product(moduli))
    roots = [1, 2, 3, 4, 5, 6]
    polynomial = [1]
    for r in roots:
        polynomial = [a - r * b for a, b in zip(polynomial + [0], [0] + polynomial)]
    n = len(roots)
    companion = {(i + 1, i): 1 for i in range(n - 1)}
    companion.update({(0, j): -polynomial[j + 1] for j in range(n)})
    t.add("companion_6", companion, n, n, "companion matrix of (x - 1)(x - 2)...(x - 6)", "eigenvalues 1..6, det 6!; a permuted triangular matrix", blocks=n, eig=(1, 6), det=720)
    n = 21
    t.add("wilkinson_21", tridiagonal(n, 1, lambda i: abs(i - 10), 1), n, n, "diagonal 10, 9, ..., 0, ..., 9, 10, beside it 1",
          "largest eigenvalue 10.746194182903393 (Wilkinson 1965, p. 309)", symmetry="symmetric", blocks=1,
          eig=(-1.1254415221199878, 10.746194182903393))
    hadamard = [[1]]
    for _ in range(4):
        hadamard = [r + r for r in hadamard] + [r + [-v for v in r] for r in hadamard]
    t.add("hadamard_16", full(16, lambda i, j: hadamard[i][j]), 16, 16, "Sylvester's Hadamard matrix",
          "H H' = 16 I: cond2 1, |det| 16^8, cond1 16 (Sylvester 1867)", symmetry="symmetric", blocks=1, eig=(-4, 4), cond2=1, cond1=16,
          det=16 ** 8, array=True)
    n = 25
    t.add("lower_ones_25", full(n, lambda i, j: 1 if j <= i else 0), n, n, "ones on and below the diagonal",
          "inverse is the difference matrix: cond1 2n, det 1; singular values 1/(2 sin((2k-1) pi/(4n+2)))", field="pattern", blocks=n,
          det=1, cond1=2 * n, cond2=math.sin((2 * n - 1) * math.pi / (4 * n + 2)) / math.sin(math.pi / (4 * n + 2)))

    # complex and skew
    n = 24
    e = toeplitz_eigenvalues(n, -1, 2, -1)
    hermitian = {(i, i): complex(2, 0) for i in range(n)}
    for i in range(n - 1):
        hermitian[i + 1, i], hermitian[i, i + 1] = complex(0, 1), complex(0, -1)
    t.add("hermitian_tridiagonal_24", hermitian, n, n, "tridiagonal (i, 2, -i)",
          "unitarily similar to (-1, 2, -1) by a diagonal matrix: its eigenvalues, det n+1, cond1 n(n+2)/2", field="complex",
          symmetry="hermitian", spd=True, blocks=1, rank=n, eig=(min(e), max(e)), cond2=max(e) / min(e), det=n + 1, cond1=n * (n + 2) / 2)
    n = 20
    z = [complex(4, 1) + 2 * math.cos(k * math.pi / (n + 1)) for k in range(1, n + 1)]
    symmetric = {(i, i): complex(4, 1) for i in range(n)}
    for i in range(n - 1):
        symmetric[i + 1, i] = symmetric[i, i + 1] = complex(-1, 0)
    t.add("complex_symmetric_20", symmetric, n, n, "tridiagonal (-1, 4 + i, -1)",
          "normal, eigenvalues 4 + i + 2 cos(k pi/(n+1))", field="complex", symmetry="symmetric", blocks=1, rank=n,
          cond2=max(map(abs, z)) / min(map(abs, z)))
    n = 20
    s = [2 * abs(math.cos(k * math.pi / (n + 1))) for k in range(1, n + 1)]
    t.add("skew_symmetric_20", tridiagonal(n, 1, 0, -1), n, n, "tridiagonal (1, 0, -1)", "normal, eigenvalues 2i cos(k pi/(n+1)), det 1 for even n",
          symmetry="skew-symmetric", det=1, cond2=max(s) / min(s))

    # graphs
    n = 30
    laplacian = tridiagonal(n, -1, lambda i: 1 if i in (0, n - 1) else 2, -1)
    t.add("path_laplacian_30", laplacian, n, n, "Laplacian of the path with 30 vertices",
          "eigenvalues 2 - 2 cos(k pi/n), k = 0..n-1; singular of rank n-1 (Spielman 2019, chapter 6)", symmetry="symmetric", blocks=1, rank=n - 1,
          eig=(0, 2 - 2 * math.cos((n - 1) * math.pi / n)))
    path = lambda m: [2 - 2 * math.cos(k * math.pi / m) for k in range(m)]
    entries, size = kron_sum(*((tridiagonal(m, -1, lambda i, m=m: 1 if i in (0, m - 1) else 2, -1), m) for m in (12, 10)))
    e = sums(path(12), path(10))
    t.add("grid_laplacian_12x10", entries, size, size, "Laplacian of the 12 x 10 grid graph", "sums of the path's eigenvalues; rank n-1",
          symmetry="symmetric", blocks=1, rank=size - 1, eig=(0, max(e)), suffix=".gz")
    n = 40
    t.add("star_40", {k: 1 for i in range(1, n) for k in ((0, i), (i, 0))}, n, n, "adjacency of the star with 39 leaves",
          "eigenvalues +-sqrt(39), else 0; rank and structural rank 2", field="pattern", symmetry="symmetric", rank=2,
          eig=(-math.sqrt(n - 1), math.sqrt(n - 1)), det=0)
    n = 30
    t.add("path_incidence_29x30", {k: v for i in range(n - 1) for k, v in (((i, i), -1), ((i, i + 1), 1))}, n - 1, n,
          "incidence matrix of the path, an edge a row", "rank = vertices - components = 29 (Biggs 1974, proposition 4.3)", blocks=1, rank=n - 1)
    t.add("cycle_incidence_30", {k: v for i in range(n) for k, v in (((i, i), -1), ((i, (i + 1) % n), 1))}, n, n,
          "incidence matrix of the cycle, an edge a row", "rank = vertices - components = 29, although its pattern has full rank", blocks=1, rank=n - 1)

    # rectangles
    left = [[pow(3, 7 * i + k + 1, 257) % 7 - 3 for k in range(7)] for i in range(40)]
    right = [[pow(5, 25 * k + j + 1, 263) % 5 - 2 for j in range(25)] for k in range(7)]
    t.add("rank_deficient_40x25", full(40, lambda i, j: sum(left[i][k] * right[k][j] for k in range(7)), 25), 40, 25,
          "product of integer matrices 40 x 7 and 7 x 25", "rank 7 by exact elimination", rank=7)
    m, k = 12, 5
    vandermonde = full(m, lambda i, j: (i - 6) ** j, k)
    x = [2, -3, 1, 4, -1]
    fit = [sum(vandermonde.get((i, j), 0) * x[j] for j in range(k)) for i in range(m)]
    fifth_difference = [math.comb(11, i) * (-1) ** i for i in range(m)]  # orthogonal to all polynomials of degree < 11
    t.add("vandermonde_12x5", vandermonde, m, k, "(i - 6)^j, i = 0..11, j = 0..4",
          "b = A x + r, r the 11th difference, which is orthogonal to all polynomials of degree below 11: x is the least-squares solution exactly",
          blocks=1, rhs=([f + d for f, d in zip(fit, fifth_difference)], x, "least-squares solution, exact"))
    m, k = 4, 9
    wide = full(m, lambda i, j: pow(2, 9 * i + j + 1, 59) % 5 - 1, k)
    y = [3, -1, 2, 1]
    x = [sum(wide.get((i, j), 0) * y[i] for i in range(m)) for j in range(k)]
    b = [sum(wide.get((i, j), 0) * x[j] for j in range(k)) for i in range(m)]
    t.add("underdetermined_4x9", wide, m, k, "(2^(9i + j + 1) mod 59) mod 5 - 1", "x = A' y for an integer y is the minimum-norm solution of A x = b exactly",
          rank=4, rhs=(b, x, "minimum-norm solution, exact"))

    # permutations and blocks
    n = 40
    triangle = {(i, j): (1 if i == j else (i * j) % 3 - 1) for i in range(n) for j in range(i + 1) if i == j or (i + 2 * j) % 5 == 0}
    triangle = {k: v for k, v in triangle.items() if v != 0}
    p, q = shuffle(n, 7), shuffle(n, 13)
    t.add("permuted_triangular_40", permuted(triangle, p, q), n, n, "a unit lower triangular integer matrix with rows and columns permuted",
          "every block of the block triangular form is 1 x 1; det is the sign of the permutations", blocks=n, det=parity(p) * parity(q))
    blocks, first = {}, 0
    for size in range(1, 9):
        for r in range(size):
            blocks[first + r, first + r] = 3
            if size > 1:
                blocks[first + r, first + (r + 1) % size] = 1 if size > 2 or r == 0 else 2
        for j in range(first + size, 36, 4):
            blocks[first, j] = 1
        first += size
    p, q = shuffle(first, 5), shuffle(first, 7)
    # a cycle of length s with 3 on the diagonal has determinant 3^s - (-1)^s times the product around the cycle
    det = math.prod([3] + [9 - 2] + [3 ** s - (-1) ** s for s in range(3, 9)]) * parity(p) * parity(q)
    t.add("block_triangular_36", permuted(blocks, p, q), first, first, "irreducible blocks of orders 1 to 8 (3 I + a cycle), coupled upwards, permuted",
          "det is the product of 3, 7 and 3^s - (-1)^s for s = 3..8, times the sign of the permutations", blocks=8, det=det)
    n = 20
    singular = {(i, i): 2 for i in range(n)}
    singular.update({(i, (3 * i + 1) % n): 1 for i in range(n)})
    singular = {(i, j): v for (i, j), v in singular.items() if not (i in (4, 9, 15) and j != 7) and not (j in (4, 9, 15) and i not in (4, 9, 15))}
    singular.update({(4, 7): 1, (9, 7): 2, (15, 7): 3})
    t.add("structurally_singular_20", singular, n, n, "three rows with no entry outside one column",
          "two of the three rows have no column of their own (Hall 1935): structural rank at most 18", rank=None)
    n = 12
    integers = full(n, lambda i, j: 1000003 if i == j else (7919 * i + 104729 * j) % 199 - 99)
    t.add("integer_12", integers, n, n, "1000003 on the diagonal, beside it (7919 i + 104729 j) mod 199 - 99",
          "strictly diagonally dominant; answers by exact arithmetic", blocks=1)

    t.finish()
    if output.wrong:
        sys.exit("generate.py --check: these differ from what is generated: " + ", ".join(output.wrong))
    print(f"{len(t.rows)} matrices")


if __name__ == "__main__":
    main()
