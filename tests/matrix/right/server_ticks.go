// Greets clients in one goroutine, while a ticker and a sleeping one go on beside it.
// exercise: hello_server
package main

import (
	"fmt"
	"net"
	"os"
	"time"
)

func greet(connection net.Conn) {
	defer connection.Close()
	if _, problem := connection.Write([]byte("Hello World!")); problem != nil {
		fmt.Fprintln(os.Stderr, problem)
	}
}

func serve(listener net.Listener) {
	for {
		connection, problem := listener.Accept()
		if problem != nil {
			fmt.Fprintln(os.Stderr, problem)
			time.Sleep(10 * time.Millisecond)
			continue
		}
		greet(connection)
	}
}

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: server_ticks <port>")
		os.Exit(1)
	}
	listener, problem := net.Listen("tcp4", ":"+os.Args[1])
	if problem != nil {
		fmt.Fprintln(os.Stderr, problem)
		os.Exit(1)
	}
	go serve(listener)
	go func() {
		for {
			time.Sleep(30 * time.Millisecond)
		}
	}()
	for range time.Tick(50 * time.Millisecond) {
	}
}
