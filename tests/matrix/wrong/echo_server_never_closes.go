// Ends its side of each connection, and never closes it.
// exercise: echo_server
// breaks: descriptor.closed-once
package main

import (
	"io"
	"log"
	"net"
	"os"
	"time"
)

var served []net.Conn // kept, or the garbage collector would close them

func serve(client net.Conn) {
	if _, err := io.Copy(client, client); err != nil {
		log.Print(err)
	}
	client.(*net.TCPConn).CloseWrite()
}

func main() {
	if len(os.Args) != 2 {
		log.Fatalf("Usage: %s <port>", os.Args[0])
	}
	listener, err := net.Listen("tcp", ":"+os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	for {
		client, err := listener.Accept()
		if err != nil {
			log.Print(err)
			time.Sleep(time.Second)
			continue
		}
		served = append(served, client)
		go serve(client)
	}
}
