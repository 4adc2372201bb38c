// Go, with a goroutine for each client.
// exercise: calculator_server

package main

import (
	"bufio"
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"
)

func answer(line string) string {
	p := strings.Fields(line)
	if len(p) != 3 {
		return "error"
	}
	a, e1 := strconv.ParseInt(p[0], 10, 64)
	b, e2 := strconv.ParseInt(p[2], 10, 64)
	if e1 != nil || e2 != nil {
		return "error"
	}
	switch p[1] {
	case "+":
		return strconv.FormatInt(a+b, 10)
	case "*":
		return strconv.FormatInt(a*b, 10)
	}
	return "error"
}

func serve(c net.Conn) {
	defer c.Close()
	r := bufio.NewReader(c)
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			return
		}
		if _, err := fmt.Fprintf(c, "%s\n", answer(line)); err != nil {
			return
		}
	}
}

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: calculator_server <port>")
		os.Exit(1)
	}
	l, err := net.Listen("tcp", ":"+os.Args[1])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	for {
		c, err := l.Accept()
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			continue
		}
		go serve(c)
	}
}
