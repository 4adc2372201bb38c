/* kind: builds
 * exercise: hello_server
 * tries: to let the compiler work on templates for ever
 * promise: status=1 built=no
 * apart: no
 * needs: g++, memory
 */

template <int Depth, int Way> struct Tree {
    static constexpr unsigned long value = Tree<Depth - 1, 2 * Way>::value + Tree<Depth - 1, 2 * Way + 1>::value;
};
template <int Way> struct Tree<0, Way> {
    static constexpr unsigned long value = 1;
};

int main()
{
    return static_cast<int>(Tree<28, 1>::value);
}
