#include <iostream>
#include <tamis/core/version.hpp>
int main() {
    std::cout << tamis::version() << "\n";
}
