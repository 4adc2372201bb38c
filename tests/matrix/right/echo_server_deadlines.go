// Accepts and reads with deadlines of a tenth of a second, and sets new ones when they are over.
// exercise: echo_server
package main

import (
	"errors"
	"fmt"
	"net"
	"os"
	"time"
)

const pause = 100 * time.Millisecond

func isOver(problem error) bool {
	var timeout net.Error
	return errors.As(problem, &timeout) && timeout.Timeout()
}

func echo(connection net.Conn) {
	defer connection.Close()
	buffer := make([]byte, 4096)
	for {
		connection.SetReadDeadline(time.Now().Add(pause))
		count, problem := connection.Read(buffer)
		if count > 0 {
			if _, failed := connection.Write(buffer[:count]); failed != nil {
				return
			}
		}
		if problem != nil && !isOver(problem) {
			return
		}
	}
}

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: echo_server_deadlines <port>")
		os.Exit(1)
	}
	listener, problem := net.Listen("tcp4", ":"+os.Args[1])
	if problem != nil {
		fmt.Fprintln(os.Stderr, problem)
		os.Exit(1)
	}
	for {
		listener.(*net.TCPListener).SetDeadline(time.Now().Add(pause))
		connection, problem := listener.Accept()
		switch {
		case problem == nil:
			go echo(connection)
		case !isOver(problem):
			fmt.Fprintln(os.Stderr, problem)
			time.Sleep(pause)
		}
	}
}
