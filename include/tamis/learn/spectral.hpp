// The spectral functions of graphs under the names of this component: clustering without k-means, embeddings, resistances.
#pragma once

#include <tamis/iterative/graph/spectral_bisection.hpp>
#include <tamis/iterative/graph/spectral_embedding.hpp>
#include <tamis/sparse/graph/effective_resistance.hpp>

namespace tamis::learn {

/// Rows as points of a graph's vertices, neighbours close together: see tamis::spectral_embedding.
using tamis::spectral_embedding;
using tamis::SpectralEmbedding;
using tamis::SpectralEmbeddingOptions;

/// The vector along which a graph is best cut, and the cut in two halves, without k-means: see tamis::fiedler_vector and
/// tamis::spectral_bisection.
using tamis::Bisection;
using tamis::fiedler_vector;
using tamis::FiedlerOptions;
using tamis::FiedlerVector;
using tamis::spectral_bisection;
using tamis::SpectralBisectionOptions;

/// The resistance between vertices where edges are resistors: see tamis::effective_resistance.
using tamis::effective_resistance;
using tamis::VertexPair;

}  // namespace tamis::learn
