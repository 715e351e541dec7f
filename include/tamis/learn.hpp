// Patterns of machine learning and statistics on dense and sparse data: an optional component (TAMIS_WITH_LEARN, on by
// default). Rows of a data matrix are samples, columns are features.
#pragma once

#include <tamis/learn/distances.hpp>
#include <tamis/learn/gaussian.hpp>
#include <tamis/learn/gaussian_markov_field.hpp>
#include <tamis/learn/gaussian_process.hpp>
#include <tamis/learn/gram.hpp>
#include <tamis/learn/kernel.hpp>
#include <tamis/learn/moments.hpp>
#include <tamis/learn/pca.hpp>
#include <tamis/learn/projection.hpp>
#include <tamis/learn/ridge.hpp>
#include <tamis/learn/rotations.hpp>
#include <tamis/learn/softmax.hpp>
#include <tamis/learn/spectral.hpp>
#include <tamis/learn/whiten.hpp>
#include <tamis/tamis.hpp>
