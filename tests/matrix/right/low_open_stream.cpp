// Writes with a stream of the standard library, and looks at its state after the close.
// exercise: low_open
#include <cstring>
#include <cerrno>
#include <fstream>
#include <iostream>

int main()
{
    std::ofstream file("data.txt", std::ios::binary | std::ios::trunc);
    if (!file) {
        std::cerr << "data.txt: " << std::strerror(errno) << '\n';
        return 1;
    }
    file << "Let's go!\n";
    file.close();
    if (!file) {
        std::cerr << "data.txt: " << std::strerror(errno) << '\n';
        return 1;
    }
}
