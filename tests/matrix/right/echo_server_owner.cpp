// Lets objects own the descriptors; what is thrown in a conversation ends that conversation.
// exercise: echo_server
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <iostream>
#include <netinet/in.h>
#include <sys/socket.h>
#include <system_error>
#include <thread>
#include <unistd.h>

template <typename Result> static Result check(Result result, const char *what)
{
    if (result == -1)
        throw std::system_error(errno, std::generic_category(), what);
    return result;
}

struct Socket {
    Socket(int given, const char *what) : number(check(given, what)) {}
    Socket(const Socket &) = delete;
    ~Socket() { close(number); }

    const int number;
};

static void prepare(const Socket &listener, int port)
{
    const int on = 1;
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<in_port_t>(port));
    check(setsockopt(listener.number, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on), "setsockopt");
    check(bind(listener.number, reinterpret_cast<sockaddr *>(&address), sizeof address), "bind");
    check(listen(listener.number, 16), "listen");
}

static void echo(const Socket &connection)
{
    std::array<char, 3000> buffer;
    for (;;) {
        const ssize_t count = read(connection.number, buffer.data(), buffer.size());
        if (count == -1 && errno == EINTR)
            continue;
        if (check(count, "read") == 0)
            return;
        for (ssize_t done = 0; done < count;) {
            const auto left = static_cast<std::size_t>(count - done);
            const ssize_t taken = write(connection.number, buffer.data() + done, left);
            if (taken == -1 && errno == EINTR)
                continue;
            done += check(taken, "write");
        }
    }
}

static void serve_one(const Socket &listener)
try {
    const Socket connection(accept(listener.number, nullptr, nullptr), "accept");
    echo(connection);
} catch (const std::system_error &problem) {
    const int code = problem.code().value();
    if (code == EINTR || code == ECONNABORTED)
        return;
    std::cerr << problem.what() << '\n';
    if (code == EMFILE || code == ENFILE)
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
}

int main(int argc, char *argv[])
try {
    if (argc != 2) {
        std::cerr << "usage: " << argv[0] << " <port>\n";
        return 1;
    }
    std::signal(SIGPIPE, SIG_IGN);
    const Socket listener(socket(AF_INET, SOCK_STREAM, 0), "socket");
    prepare(listener, std::atoi(argv[1]));
    for (;;)
        serve_one(listener);
} catch (const std::system_error &problem) {
    std::cerr << problem.what() << '\n';
    return 1;
}
