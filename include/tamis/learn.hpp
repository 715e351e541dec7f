// Patterns of machine learning and statistics on dense and sparse data: an optional component (TAMIS_WITH_LEARN, on by
// default). Rows of a data matrix are samples, columns are features.
#pragma once

#include <tamis/tamis.hpp>
