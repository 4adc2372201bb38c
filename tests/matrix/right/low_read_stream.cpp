// Reads with a stream of the standard library, block by block.
// exercise: low_read
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iostream>

static int fail()
{
    std::cerr << "data.txt: " << std::strerror(errno) << '\n';
    return 1;
}

int main()
{
    char block[1000];
    std::ifstream file("data.txt", std::ios::binary);

    if (!file)
        return fail();
    while (file.read(block, sizeof block), file.gcount() > 0)
        std::cout.write(block, file.gcount());
    if (file.bad())
        return fail();
    file.close();
    return std::cout.flush() ? 0 : 1;
}
