// Lets objects own the descriptors, which are closed in the opposite order.
// exercise: fd_seri
#include <cerrno>
#include <fcntl.h>
#include <iostream>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>

struct Descriptor {
    explicit Descriptor(int given) : number(given)
    {
        if (number == -1)
            throw std::system_error(errno, std::generic_category());
    }
    Descriptor(const Descriptor &) = delete;
    ~Descriptor() { close(number); }

    const int number;
};

int main()
try {
    const Descriptor first(socket(AF_INET, SOCK_STREAM, 0));
    const Descriptor second(open("test.dat", O_CREAT | O_WRONLY | O_TRUNC, 0644));
    const Descriptor third(socket(AF_INET, SOCK_DGRAM, 0));
    std::cout << "file descriptor 1: " << first.number << '\n'
              << "file descriptor 2: " << second.number << '\n'
              << "file descriptor 3: " << third.number << '\n';
} catch (const std::system_error &problem) {
    std::cerr << problem.what() << '\n';
    return 1;
}
