#include "iterative/amg/classical_splitting.hpp"

#include <algorithm>
#include <utility>

#include "core/random.hpp"
#include "sparse/parts.hpp"

namespace tamis::detail {

namespace {

enum State : std::uint8_t { undecided, coarse, fine, isolated };

/// How many unknowns depend on i.
template <class I>
std::int64_t dependents(const StrongGraph<I>& graph, std::int64_t i) noexcept {
    const I* offsets = graph.offsets.data();
    std::int64_t count = 0;
    for (std::int64_t e = offsets[i]; e < offsets[i + 1]; ++e) count += (graph.kinds()[e] & needed_by) != 0;
    return count;
}

/// The first pass of Ruge and Stüben on the block of unknowns begin ≤ i < end, as if there were no others: the unknown with
/// the largest measure, the number of those that depend on it, F points twice, becomes a C point and those F points.
template <class I>
class FirstPass {
  public:
    /// `measure`, `next` and `previous` are as long as the graph: blocks work on different parts of them. `heads`: −1,
    /// for each measure from 0 to `most`.
    FirstPass(const StrongGraph<I>& graph, std::int64_t begin, std::int64_t end, I most, I* measure, I* next, I* previous,
              I* heads, State* state)
        : offsets_(graph.offsets.data()),
          neighbours_(graph.neighbours.data()),
          kinds_(graph.kinds()),
          begin_(begin),
          end_(end),
          most_(most),
          measure_(measure),
          next_(next),
          previous_(previous),
          heads_(heads),
          state_(state) {}

    void run() {
        for (std::int64_t i = end_ - 1; i >= begin_; --i)
            if (state_[i] == undecided) insert(static_cast<I>(i));
        while (top_ > 0) {
            const I i = heads_[top_];
            if (i < 0) {
                --top_;
                continue;
            }
            remove(i);
            state_[i] = coarse;
            for_each(i, needed_by, [&](I j) {
                remove(j);
                state_[j] = fine;
                for_each(j, depends_on, [&](I k) { change(k, 1); });
            });
            for_each(i, depends_on, [&](I j) { change(j, -1); });
        }
    }

  private:
    /// f of the undecided neighbours in the block by edges of this kind.
    template <class F>
    void for_each(I i, std::uint8_t kind, F&& f) {
        for (std::int64_t e = offsets_[i]; e < offsets_[i + 1]; ++e) {
            const I j = neighbours_[e];
            if ((kinds_[e] & kind) != 0 && j >= begin_ && j < end_ && state_[j] == undecided) f(j);
        }
    }
    void insert(I i) {
        I& head = heads_[measure_[i]];
        next_[i] = head;
        previous_[i] = -1;
        if (head >= 0) previous_[head] = i;
        head = i;
        top_ = std::max(top_, measure_[i]);
    }
    void remove(I i) {
        if (previous_[i] >= 0) next_[previous_[i]] = next_[i];
        else heads_[measure_[i]] = next_[i];
        if (next_[i] >= 0) previous_[next_[i]] = previous_[i];
    }
    void change(I i, I by) {
        remove(i);
        // Rounding can make the two ends of an edge disagree about it.
        measure_[i] = std::clamp<I>(static_cast<I>(measure_[i] + by), 0, most_);
        insert(i);
    }

    const I* offsets_;
    const I* neighbours_;
    const std::uint8_t* kinds_;
    std::int64_t begin_;
    std::int64_t end_;
    I most_;
    I* measure_;
    I* next_;
    I* previous_;
    I* heads_;  // of the list of each measure
    State* state_;
    I top_ = 0;
};

/// The C points of first passes on blocks, without those that have a neighbour in another block.
template <class I>
void first_passes(const StrongGraph<I>& graph, Array<State>& state) {
    constexpr std::int64_t least = std::int64_t{1} << 17;
    constexpr std::int64_t most_blocks = 256;
    const std::int64_t n = graph.count();
    const std::int64_t blocks = std::clamp<std::int64_t>(n / least, 1, most_blocks);
    const std::int64_t size = (n + blocks - 1) / blocks;
    const I* offsets = graph.offsets.data();
    const I* neighbours = graph.neighbours.data();
    const std::uint8_t* kinds = graph.kinds();
    Array<I> measure(n, uninitialized);
    for_each_row(n, std::ssize(graph.neighbours),
                 [&](std::int64_t i) { measure[i] = static_cast<I>(dependents(graph, i)); });
    const I most = n == 0 ? I(0) : static_cast<I>(2 * *std::max_element(measure.begin(), measure.end()));
    Array<I> next(n, uninitialized);
    Array<I> previous(n, uninitialized);
    Array<I> heads(blocks * (most + std::int64_t{1}), uninitialized);
    std::fill(heads.begin(), heads.end(), I(-1));
    for_each_chunk(n, size, threads_for(n + std::ssize(graph.neighbours)), [&](std::int64_t begin, std::int64_t end, int) {
        FirstPass<I>(graph, begin, end, most, measure.data(), next.data(), previous.data(),
                     heads.data() + begin / size * (most + std::int64_t{1}), state.data())
            .run();
        for (std::int64_t i = begin; i < end; ++i) {
            if (state[i] == fine) state[i] = undecided;
            if (state[i] != coarse) continue;
            for (std::int64_t e = offsets[i]; e < offsets[i + 1]; ++e)
                if (kinds[e] != 0 && (neighbours[e] < begin || neighbours[e] >= end)) state[i] = undecided;
        }
    });
}

/// What independent sets work with: undecided unknowns, and weights, which are numbers of dependents and random between
/// equal ones.
template <class I>
class Candidates {
  public:
    Candidates(const StrongGraph<I>& graph, Array<State>& state)
        : state_(state),
          weights_(graph.count(), uninitialized),
          left_(graph.count(), uninitialized),
          decisions_(graph.count(), uninitialized) {
        constexpr int random_digits = 32;
        for_each_row(graph.count(), std::ssize(graph.neighbours), [&](std::int64_t i) {
            weights_[i] = static_cast<std::uint64_t>(dependents(graph, i)) << random_digits |
                          random_bits(1, static_cast<std::uint64_t>(i)) >> (64 - random_digits);
        });
        for (std::int64_t i = 0; i < graph.count(); ++i)
            if (state[i] == undecided) left_[count_++] = static_cast<I>(i);
    }
    [[nodiscard]] bool left() const noexcept { return count_ > 0; }
    /// j is undecided and goes before i.
    [[nodiscard]] bool before(I j, I i) const noexcept {
        if (state_[j] != undecided) return false;
        return weights_[j] != weights_[i] ? weights_[j] > weights_[i] : j > i;
    }
    /// decision(i) of all that are undecided, on all threads, then enter(i) of each that has become a C point.
    template <class Decision, class Enter>
    void decide(Decision&& decision, Enter&& enter) {
        for_each_row(count_, 8 * count_, [&](std::int64_t p) { decisions_[p] = decision(left_[p]); });
        for (std::int64_t p = 0; p < count_; ++p) {
            if (decisions_[p] == undecided) continue;
            state_[left_[p]] = decisions_[p];
            if (decisions_[p] == coarse) enter(left_[p]);
        }
        std::int64_t kept = 0;
        for (std::int64_t p = 0; p < count_; ++p)
            if (state_[left_[p]] == undecided) left_[kept++] = left_[p];
        count_ = kept;
    }

  private:
    Array<State>& state_;
    Array<std::uint64_t> weights_;
    Array<I> left_;
    Array<State> decisions_;
    std::int64_t count_ = 0;
};

/// PMIS (De Sterck, Yang, Heys, Section 3): until all are decided, those whose weight is the largest among their undecided
/// neighbours become C points and those that depend on C points F points. (An unknown that nobody depends on comes last, so
/// that it finds a C point or is one.)
template <class I>
void independent_set(const StrongGraph<I>& graph, Array<State>& state) {
    const I* offsets = graph.offsets.data();
    const I* neighbours = graph.neighbours.data();
    const std::uint8_t* kinds = graph.kinds();
    Candidates<I> candidates(graph, state);
    const auto heaviest = [&](I i) {
        for (std::int64_t e = offsets[i]; e < offsets[i + 1]; ++e)
            if (kinds[e] != 0 && candidates.before(neighbours[e], i)) return undecided;
        return coarse;
    };
    const auto depends_on_coarse = [&](I i) {
        for (std::int64_t e = offsets[i]; e < offsets[i + 1]; ++e)
            if ((kinds[e] & depends_on) != 0 && state[neighbours[e]] == coarse) return fine;
        return undecided;
    };
    candidates.decide(depends_on_coarse, [](I) {});
    while (candidates.left()) {
        candidates.decide(heaviest, [](I) {});
        candidates.decide(depends_on_coarse, [](I) {});
    }
}

/// The same with neighbours of neighbours as neighbours.
template <class I>
void distant_set(const StrongGraph<I>& graph, Array<State>& state) {
    const I* offsets = graph.offsets.data();
    const I* neighbours = graph.neighbours.data();
    const std::uint8_t* kinds = graph.kinds();
    Candidates<I> candidates(graph, state);
    const auto any = [&](I i, std::uint8_t kind, auto&& f) {
        for (std::int64_t e = offsets[i]; e < offsets[i + 1]; ++e)
            if ((kinds[e] & kind) != 0 && f(neighbours[e])) return true;
        return false;
    };
    constexpr std::uint8_t either = depends_on | needed_by;
    const auto heaviest = [&](I i) {
        const auto before = [&](I j) { return candidates.before(j, i); };
        if (any(i, either, before) || any(i, either, [&](I j) { return any(j, either, before); })) return undecided;
        return coarse;
    };
    const auto claim = [&](I j) {
        if (state[j] == undecided) state[j] = fine;
        return false;
    };
    while (candidates.left())
        candidates.decide(heaviest, [&](I i) {
            any(i, needed_by, [&](I j) {
                claim(j);
                return any(j, needed_by, claim);
            });
        });
}

}  // namespace

template <class I>
Aggregates<I> classical_splitting(const StrongGraph<I>& graph, AmgSplitting splitting, bool aggressive) {
    const std::int64_t n = graph.count();
    const I* offsets = graph.offsets.data();
    const std::uint8_t* kinds = graph.kinds();
    Array<State> state(n, uninitialized);
    for_each_row(n, std::ssize(graph.neighbours), [&](std::int64_t i) {
        const bool alone = std::all_of(kinds + offsets[i], kinds + offsets[i + 1], [](std::uint8_t k) { return k == 0; });
        state[i] = alone ? isolated : undecided;
    });
    if (aggressive) distant_set(graph, state);
    else if (splitting == AmgSplitting::hmis) first_passes(graph, state);
    independent_set(graph, state);
    Aggregates<I> result{Array<I>(n, uninitialized), 0};
    for (std::int64_t i = 0; i < n; ++i) result.of_node[i] = state[i] == coarse ? static_cast<I>(result.count++) : I(-1);
    return result;
}

template Aggregates<std::int32_t> classical_splitting(const StrongGraph<std::int32_t>&, AmgSplitting, bool);
template Aggregates<std::int64_t> classical_splitting(const StrongGraph<std::int64_t>&, AmgSplitting, bool);

}  // namespace tamis::detail
