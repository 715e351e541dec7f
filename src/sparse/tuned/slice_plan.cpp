#include "sparse/tuned/slice_plan.hpp"

#include <algorithm>
#include <limits>

#include "sparse/kernels/slices.hpp"

namespace tamis::detail {

namespace {

constexpr std::int64_t narrow_reach = 1 << 16;

template <class I>
class SlicePlanner {
  public:
    SlicePlanner(const I* offsets, const I* indices, std::int64_t rows)
        : offsets_(offsets),
          indices_(indices),
          rows_(rows) {}

    SlicePlan plan() {
        plan_.order.resize(static_cast<std::size_t>(rows_));
        for (std::int64_t first = 0; first < rows_; first += window_rows)
            add_window(first, std::min(rows_, first + window_rows));
        plan_.windows.push_back(next_);
        return std::move(plan_);
    }

  private:
    std::int64_t length_of(std::int64_t i) const { return static_cast<std::int64_t>(offsets_[i + 1] - offsets_[i]); }

    void add_window(std::int64_t first, std::int64_t end) {
        SliceWindow window = next_;
        // For each length, the rows that go to slices: as many as fill some.
        std::fill(std::begin(count_), std::end(count_), 0);
        for (std::int64_t i = first; i < end; ++i)
            if (const std::int64_t length = length_of(i); length <= longest_sliced) ++count_[length];
        std::int64_t place = 0;
        for (std::int64_t length = 0; length <= longest_sliced; ++length) {
            count_[length] = count_[length] / slice_rows * slice_rows;
            place_[length] = place;
            place += count_[length];
        }
        const std::int64_t sliced = place;
        std::uint16_t* order = plan_.order.data() + first;
        std::int64_t rest_entries = 0;
        for (std::int64_t i = first; i < end; ++i) {
            const std::int64_t length = length_of(i);
            if (length >= long_row) {
                plan_.long_rows.push_back(i);
                continue;
            }
            next_.work += length + 1;
            std::int64_t* to = &place;
            if (length <= longest_sliced && count_[length] > 0) {
                --count_[length];
                to = &place_[length];
            } else {
                rest_entries += length;
            }
            order[(*to)++] = static_cast<std::uint16_t>(i - first);
        }
        window.sliced = static_cast<std::int32_t>(sliced);
        window.rows = static_cast<std::int32_t>(place);
        for (std::int64_t p = 0; p < sliced;) p = add_group(first, order, p, sliced);
        plan_.windows.push_back(window);
        next_.groups = std::ssize(plan_.groups);
        next_.rest += rest_entries;
        next_.rest_offsets += place - sliced + 1;
    }

    /// The rows of one length from place p on; returns the first place of another.
    std::int64_t add_group(std::int64_t first, const std::uint16_t* order, std::int64_t p, std::int64_t sliced) {
        const std::int64_t length = length_of(first + order[p]);
        const std::int64_t begin = p;
        bool narrow = true;
        for (; p < sliced && length_of(first + order[p]) == length; p += slice_rows)
            narrow = narrow && slice_span(offsets_, indices_, first, order + p).reach < narrow_reach;
        const std::int64_t slices = (p - begin) / slice_rows;
        plan_.groups.push_back({static_cast<std::int32_t>(length), static_cast<std::int16_t>(slices), narrow});
        const std::int64_t entries = (p - begin) * length;
        next_.values += entries;
        (narrow ? next_.narrow : next_.wide) += entries;
        if (narrow) next_.bases += slices;
        return p;
    }

    const I* offsets_;
    const I* indices_;
    std::int64_t rows_;
    SlicePlan plan_;
    SliceWindow next_{};
    std::int64_t count_[longest_sliced + 1];
    std::int64_t place_[longest_sliced + 1];
};

}  // namespace

template <class I>
SliceSpan slice_span(const I* offsets, const I* indices, std::int64_t first, const std::uint16_t* order) noexcept {
    auto least = std::numeric_limits<std::int64_t>::max();
    std::int64_t greatest = 0;
    for (std::int64_t r = 0; r < slice_rows; ++r) {
        const std::int64_t i = first + order[r];
        if (offsets[i] == offsets[i + 1]) return {0, 0};  // none of the eight has entries
        least = std::min(least, static_cast<std::int64_t>(indices[offsets[i]]));
        greatest = std::max(greatest, static_cast<std::int64_t>(indices[offsets[i + 1] - 1]));
    }
    return {least, greatest - least};
}

template <class I>
SlicePlan plan_slices(const I* offsets, const I* indices, std::int64_t rows) {
    return SlicePlanner<I>(offsets, indices, rows).plan();
}

#define TAMIS_INSTANTIATE(I)                                                                           \
    template SliceSpan slice_span<I>(const I*, const I*, std::int64_t, const std::uint16_t*) noexcept; \
    template SlicePlan plan_slices<I>(const I*, const I*, std::int64_t);
TAMIS_INSTANTIATE(std::int32_t)
TAMIS_INSTANTIATE(std::int64_t)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
