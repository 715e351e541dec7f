// Problems named by what they guarantee. Take one of these before you build a matrix by hand.
#pragma once

#include "support/regular_problems.hpp"
#include "support/singular_problems.hpp"
