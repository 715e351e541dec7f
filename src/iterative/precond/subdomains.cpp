#include "iterative/precond/subdomains.hpp"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <span>

namespace tamis::detail {

namespace {

template <class I>
class Graph {
  public:
    Graph(const RowPattern<I>& A, const RowPattern<I>& transposed) : halves_{A, transposed} {}
    template <class F>
    void for_each_neighbour(I v, const F& f) const {
        for (const auto& half : halves_) {
            const auto i = static_cast<std::size_t>(v);
            for (auto q = half.offsets[i]; q < half.offsets[i + 1]; ++q) f(half.indices[static_cast<std::size_t>(q)]);
        }
    }

  private:
    RowPattern<I> halves_[2];
};

template <class I>
class Bisection {
  public:
    Bisection(const Graph<I>& graph, std::int64_t n)
        : graph_(graph),
          order_(static_cast<std::size_t>(n)),
          part_(static_cast<std::size_t>(n), 0),
          seen_(static_cast<std::size_t>(n), 0) {
        std::iota(order_.begin(), order_.end(), I{0});
        queue_.reserve(static_cast<std::size_t>(n));
    }
    /// The parts, as pieces of the reordered vertices.
    std::vector<std::span<I>> run(std::int64_t size) {
        std::vector<std::span<I>> done;
        std::vector<std::span<I>> open{order_};
        while (!open.empty()) {
            const std::span<I> piece = open.back();
            open.pop_back();
            if (std::ssize(piece) <= size) {
                if (!piece.empty()) done.push_back(piece);
                continue;
            }
            ++parts_;
            for (const I v : piece) part_[static_cast<std::size_t>(v)] = parts_;
            order_from(piece, piece.front());
            order_from(piece, queue_.back());
            std::copy(queue_.begin(), queue_.end(), piece.begin());
            const std::size_t half = (piece.size() + 1) / 2;
            open.push_back(piece.subspan(half));
            open.push_back(piece.first(half));
        }
        return done;
    }

  private:
    /// The vertices of a piece breadth first, into queue_; what is not connected comes behind.
    void order_from(std::span<const I> piece, I start) {
        ++round_;
        queue_.clear();
        const auto visit = [&](I v) {
            const auto i = static_cast<std::size_t>(v);
            if (part_[i] != parts_ || seen_[i] == round_) return;
            seen_[i] = round_;
            queue_.push_back(v);
        };
        visit(start);
        std::size_t next = 0;
        for (auto rest = piece.begin();;) {
            for (; next < queue_.size(); ++next) graph_.for_each_neighbour(queue_[next], visit);
            if (rest == piece.end()) break;
            visit(*rest++);
        }
    }

    const Graph<I>& graph_;
    std::vector<I> order_;
    std::vector<std::int64_t> part_;
    std::vector<std::int64_t> seen_;
    std::vector<I> queue_;
    std::int64_t parts_ = 0;
    std::int64_t round_ = 0;
};

}  // namespace

template <class I>
std::vector<Subdomain<I>> overlapping_subdomains(const RowPattern<I>& A, const RowPattern<I>& transposed, std::int64_t size,
                                                 std::int64_t overlap) {
    const Graph<I> graph(A, transposed);
    Bisection<I> bisection(graph, A.rows());
    std::vector<Subdomain<I>> subdomains;
    std::vector<std::int64_t> taken_by(static_cast<std::size_t>(A.rows()), -1);
    std::vector<std::int64_t> owner(static_cast<std::size_t>(A.rows()));
    for (const std::span<I> own : bisection.run(size)) {
        const std::int64_t s = std::ssize(subdomains);
        Subdomain<I> d;
        const auto take = [&](I v) {
            if (taken_by[static_cast<std::size_t>(v)] == s) return;
            taken_by[static_cast<std::size_t>(v)] = s;
            d.vertices.push_back(v);
        };
        for (const I v : own) {
            owner[static_cast<std::size_t>(v)] = s;
            take(v);
        }
        std::size_t begin = 0;
        for (std::int64_t layer = 0; layer < overlap && begin < d.vertices.size(); ++layer)
            for (const std::size_t end = d.vertices.size(); begin < end; ++begin)
                graph.for_each_neighbour(I(d.vertices[begin]), take);
        std::sort(d.vertices.begin(), d.vertices.end());
        subdomains.push_back(std::move(d));
    }
    for (std::size_t s = 0; s < subdomains.size(); ++s)
        for (const I v : subdomains[s].vertices)
            subdomains[s].own.push_back(owner[static_cast<std::size_t>(v)] == static_cast<std::int64_t>(s));
    return subdomains;
}

template std::vector<Subdomain<std::int32_t>> overlapping_subdomains(const RowPattern<std::int32_t>&,
                                                                     const RowPattern<std::int32_t>&, std::int64_t,
                                                                     std::int64_t);
template std::vector<Subdomain<std::int64_t>> overlapping_subdomains(const RowPattern<std::int64_t>&,
                                                                     const RowPattern<std::int64_t>&, std::int64_t,
                                                                     std::int64_t);

}  // namespace tamis::detail
