// Serves each client in a goroutine of its own.
// exercise: hello_server
package main

import (
	"log"
	"net"
	"os"
)

func greet(connection net.Conn) {
	defer connection.Close()
	if _, err := connection.Write([]byte("Hello World!")); err != nil {
		log.Print(err)
	}
}

func main() {
	if len(os.Args) != 2 {
		log.Fatalf("usage: %s <port>", os.Args[0])
	}
	listener, err := net.Listen("tcp", ":"+os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	for {
		connection, err := listener.Accept()
		if err != nil {
			log.Fatal(err)
		}
		go greet(connection)
	}
}
