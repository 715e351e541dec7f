// Which norm of a matrix: the enumeration that sparse and dense functions share.
#pragma once

namespace tamis {

/// Matrix norms. `one`: largest column sum of moduli; `inf`: largest row sum; `max`: largest modulus; `two`: largest
/// singular value; `nuclear`: sum of the singular values; `minus_one`, `minus_inf`: smallest column or row sum; `minus_two`:
/// smallest singular value. Sparse matrices have one, inf, frobenius and max; dense ones all.
enum class Norm { one, inf, frobenius, max, two, nuclear, minus_one, minus_two, minus_inf };

}  // namespace tamis
