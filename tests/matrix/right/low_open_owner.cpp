// Lets an object own the descriptor, and throws what fails.
// exercise: low_open
#include <cerrno>
#include <fcntl.h>
#include <iostream>
#include <string_view>
#include <system_error>
#include <unistd.h>

class File {
public:
    explicit File(const char *path) : descriptor(check(open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644), path)) {}
    File(const File &) = delete;
    File &operator=(const File &) = delete;
    ~File()
    {
        if (descriptor != -1)
            ::close(descriptor);
    }

    void write(std::string_view text) const
    {
        while (!text.empty()) {
            const ssize_t count = ::write(descriptor, text.data(), text.size());
            if (count == -1 && errno == EINTR)
                continue;
            text.remove_prefix(static_cast<std::size_t>(check(count, "write")));
        }
    }

    void close()
    {
        const int closing = descriptor;
        descriptor = -1;
        check(::close(closing), "close");
    }

private:
    template <typename Result> static Result check(Result result, const char *what)
    {
        if (result == -1)
            throw std::system_error(errno, std::generic_category(), what);
        return result;
    }

    int descriptor;
};

int main()
try {
    File file("data.txt");
    file.write("Let's go!\n");
    file.close();
} catch (const std::system_error &problem) {
    std::cerr << problem.what() << '\n';
    return 1;
}
