#include <tamis/core/factorization.hpp>

#include <set>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <tamis/core/error.hpp>

namespace tamis {
namespace {

TEST(FactorizationNames, EveryMethodHasANameOfItsOwnThatReadsBack) {
    std::set<std::string> names;
    for (int k = 0; k <= static_cast<int>(Method::cgls); ++k) {
        const auto method = static_cast<Method>(k);
        EXPECT_EQ(method_from_string(to_string(method)), method);
        names.insert(std::string(to_string(method)));
    }
    EXPECT_EQ(names.size(), static_cast<std::size_t>(Method::cgls) + 1);
    EXPECT_EQ(to_string(Method::minres_qlp), "minres_qlp");
    EXPECT_EQ(method_from_string("auto"), Method::automatic);
}

TEST(FactorizationNames, EveryOrderingAndPrecisionReadsBack) {
    for (int k = 0; k <= static_cast<int>(Ordering::given); ++k) {
        const auto ordering = static_cast<Ordering>(k);
        EXPECT_EQ(ordering_from_string(to_string(ordering)), ordering);
    }
    EXPECT_EQ(to_string(Ordering::nested_dissection), "nested_dissection");
    for (const auto precision : {Precision::working, Precision::mixed})
        EXPECT_EQ(precision_from_string(to_string(precision)), precision);
}

TEST(FactorizationNames, AnUnknownNameIsRefusedWithTheListOfNames) {
    try {
        (void)method_from_string("gauss");
        FAIL() << "accepted";
    } catch (const InvalidArgument& e) {
        EXPECT_THAT(e.what(), ::testing::AllOf(::testing::HasSubstr("'gauss'"), ::testing::HasSubstr("cholesky")));
    }
    EXPECT_THROW((void)ordering_from_string(""), InvalidArgument);
    EXPECT_THROW((void)precision_from_string("auto"), InvalidArgument);
}

TEST(PermutationOption, IsBuiltFromAnyRangeOfIntegers) {
    const std::vector<std::int32_t> p{2, 0, 1};
    const Permutation from_vector = p;
    EXPECT_EQ(from_vector.size(), 3);
    EXPECT_EQ(from_vector[0], 2);
    const Permutation from_list{1, 0};
    EXPECT_EQ(from_list.size(), 2);
    EXPECT_TRUE(Permutation().empty());
}

}  // namespace
}  // namespace tamis
